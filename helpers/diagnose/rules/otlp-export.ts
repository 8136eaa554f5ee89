import { readText } from '../../clients/alloy-graph.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { readExporterLogin } from '../../flow/login.ts';
import { locate } from '../../flow/place.ts';
import { listSignalsWith, readFailedExport } from '../failed-export.ts';
import { readRefusedLogin } from '../refused-login.ts';
import { createRule } from '../rule.ts';

/**
 * The OTLP gateway refuses the login that the exporter sends.
 *
 * `the OTLP gateway answers 401 Unauthorized to the instance ID 2847239, which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID …`
 */
export const otlpLoginRefused = createRule('OTLP login refused', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error?.status !== 401) return undefined;
  return readRefusedLogin(symptoms, 'OTLP', readExporterLogin(failed.flow, failed.component));
});

/**
 * The gateway has no such path.
 *
 * `the OTLP gateway answers 404: http://HOST/otlp/v1/traces is not a path that it serves`
 */
export const otlpPathNotFound = createRule('OTLP path not found', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error?.status !== 404) return undefined;
  const place = locateEndpoint(failed.flow, failed.component);
  const url = place.value ?? failed.error.url;
  return { ...(url !== undefined && { url }), place };
});

/**
 * The endpoint gives no answer.
 *
 * `otelcol.exporter.otlphttp.grafana_cloud can't reach http://HOST:1/otlp and keeps trying: connection refused`
 */
export const otlpEndpointUnreachable = createRule('OTLP endpoint unreachable', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed === undefined || failed.error?.status !== undefined) return undefined;
  const { stop } = symptoms;
  // Without an error, what waits is on its way, unless nothing has ever left.
  const isStuck = stop?.of === 'signal' && stop.at === 'export waits' && stop.sent === 0;
  const { reason = '' } = failed.error ?? {};
  if (reason === '' && !isStuck) return undefined;
  return { reason, place: locateEndpoint(failed.flow, failed.component) };
});

/**
 * The gateway answers another error, for one signal or all.
 *
 * `the OTLP gateway answers 429 to traces: too many requests`
 */
export const otlpExportRefused = createRule('OTLP export refused', (symptoms) => {
  const failed = readFailedExport(symptoms);
  const { status, reason = '' } = failed?.error ?? {};
  if (failed === undefined || status === undefined) return undefined;
  const signals = listSignalsWith(symptoms, failed, status);
  return { status, signals, message: reason, place: locateEndpoint(failed.flow, failed.component) };
});

function locateEndpoint(flow: Flow, exporter: Component) {
  const isOwn = readText(exporter.settings, 'client', 'endpoint') !== undefined;
  return isOwn ? locate(flow, exporter, 'client', 'endpoint') : locate(flow, exporter);
}
