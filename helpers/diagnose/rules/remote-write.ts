import { readText } from '../../clients/alloy-graph.ts';
import { type ExportError, readExportError } from '../../flow/export-error.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { readWriteLogin } from '../../flow/login.ts';
import { locate } from '../../flow/place.ts';
import { readRefusedLogin } from '../readings.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

const URL_PATH = ['endpoint', 'url'] as const;

/**
 * Remote write has an empty URL: Alloy drops every sample and says nothing.
 *
 * `prometheus.remote_write.grafana_cloud has an empty url (grafana-alloy/config.alloy:151)`
 */
export const remoteWriteWithoutUrl = createRule('remote write without URL', ({ flow, evidence }) => {
  if (flow === undefined || evidence.kind !== 'observation') return undefined;
  const write = flow.components.find(
    ({ name, settings }) =>
      name === 'prometheus.remote_write' && settings !== undefined && (readText(settings, ...URL_PATH) ?? '') === '',
  );
  return write && { place: locate(flow, write, ...URL_PATH) };
});

/**
 * Prometheus refuses the login of remote write.
 *
 * `remote write gets 401 Unauthorized for the instance ID 1461503, which is GRAFANA_CLOUD_OTLP_INSTANCE_ID …`
 */
export const remoteWriteLoginRefused = createRule('remote write login refused', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed?.error.status !== 401) return undefined;
  const login = readWriteLogin(failed.flow, failed.component);
  return {
    ...readRefusedLogin(symptoms, 'PROMETHEUS', login.kind === 'basic' ? login.user : undefined),
    login: login.kind,
    place: login.place,
  };
});

/**
 * Nothing takes samples at this path.
 *
 * `remote write gets 404: http://HOST/api/prom/pus is not a path where Prometheus accepts samples`
 */
export const remoteWritePathNotFound = createRule('remote write path not found', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed?.error.status !== 404 && failed?.error.status !== 405) return undefined;
  return { status: failed.error.status, place: locate(failed.flow, failed.component, ...URL_PATH) };
});

/**
 * The endpoint gives no answer.
 *
 * `prometheus.remote_write.grafana_cloud can't reach http://HOST:1/api/prom/push and keeps trying: connection refused`
 */
export const remoteWriteUnreachable = createRule('remote write unreachable', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed === undefined || failed.error.status !== undefined) return undefined;
  return { reason: failed.error.reason, place: locate(failed.flow, failed.component, ...URL_PATH) };
});

/**
 * Prometheus answers another error.
 *
 * `remote write gets 429: the request has been rejected because the tenant exceeded the ingestion rate limit`
 */
export const remoteWriteRefused = createRule('remote write refused', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed?.error.status === undefined) return undefined;
  const { flow, component, error } = failed;
  return { status: error.status ?? 0, message: error.reason, place: locate(flow, component, ...URL_PATH) };
});

type FailedWrite = { readonly flow: Flow; readonly component: Component; readonly error: ExportError };

/** The remote write at which the samples stop, and why; of a question about its own counters, the one that has logged an error. */
function readFailedWrite(symptoms: Symptoms): FailedWrite | undefined {
  const { flow, stop, evidence } = symptoms;
  if (flow === undefined) return undefined;
  const isStopped = stop?.of === 'samples' && (stop.at === 'write failed' || stop.at === 'write waits');
  const isAboutIt =
    evidence.kind === 'observation' &&
    evidence.subject.kind === 'metric of Alloy' &&
    evidence.subject.metric.startsWith('prometheus_remote_storage_');
  const writes = isStopped
    ? [stop.component]
    : isAboutIt
      ? flow.components.filter(({ name }) => name === 'prometheus.remote_write')
      : [];
  for (const component of writes) {
    const error = findError(symptoms, component);
    if (error !== undefined) return { flow, component, error };
  }
  return undefined;
}

/** The newest error that remote write has logged in this run. */
function findError({ alloyLog, run }: Symptoms, { id }: Component): ExportError | undefined {
  const line = alloyLog.findLast(
    ({ component, message, time = 0 }) =>
      component === id && /^(?:non-recoverable error|Failed to send batch)/.test(message) && time >= run.startedAt,
  );
  return line && readExportError(line.error);
}
