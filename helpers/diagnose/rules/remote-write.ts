import { readText } from '../../clients/alloy-graph.ts';
import type { Place } from '../../findings/place.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { readWriteLogin } from '../../flow/login.ts';
import { locate } from '../../flow/place.ts';
import { hasNoUrl } from '../../flow/samples-route.ts';
import { readFailedWrite } from '../failed-write.ts';
import { getObservation } from '../observation.ts';
import { readRefusedLogin } from '../refused-login.ts';
import { createRule } from '../rule.ts';
import type { SendError } from '../send-errors.ts';

const URL_PATH = ['endpoint', 'url'] as const;

/**
 * Remote write has an empty URL: Alloy drops every sample and says nothing.
 *
 * `prometheus.remote_write.grafana_cloud has an empty url (grafana-alloy/config.alloy:151)`
 */
export const remoteWriteWithoutUrl = createRule('remote write without URL', (symptoms) => {
  const { flow, stop } = symptoms;
  const subject = getObservation(symptoms)?.subject;
  if (flow === undefined || subject === undefined) return undefined;
  // Without a stop the question is about all that is written.
  const isAboutWrites = subject.kind === 'metric of Alloy' && subject.metric.startsWith('prometheus_remote_storage_');
  const writes = stop?.of === 'samples' ? stop.route.ends : isAboutWrites ? flow.components : [];
  const write = writes.find(hasNoUrl);
  return write && { place: locate(flow, write, ...URL_PATH) };
});

/**
 * Prometheus refuses the login of remote write.
 *
 * `remote write gets 401 Unauthorized for the instance ID 1461503, which is GRAFANA_CLOUD_OTLP_INSTANCE_ID …`
 */
export const remoteWriteLoginRefused = createRule('remote write login refused', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed?.error?.status !== 401) return undefined;
  const { flow, component, error } = failed;
  return readRefusedLogin(symptoms, 'PROMETHEUS', readWriteLogin(flow, component), locateUrl(flow, component, error));
});

/**
 * Nothing takes samples at this path.
 *
 * `remote write gets 404: http://HOST/api/prom/pus is not a path where Prometheus accepts samples`
 */
export const remoteWritePathNotFound = createRule('remote write path not found', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed?.error?.status !== 404 && failed?.error?.status !== 405) return undefined;
  return { status: failed.error.status, place: locateUrl(failed.flow, failed.component, failed.error) };
});

/**
 * The endpoint gives no answer.
 *
 * `prometheus.remote_write.grafana_cloud can't reach http://HOST:1/api/prom/push and keeps trying: connection refused`
 */
export const remoteWriteUnreachable = createRule('remote write unreachable', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed === undefined || failed.error?.status !== undefined || failed.dropped > 0) return undefined;
  if (failed.waits !== undefined) return undefined;
  const { flow, component, error } = failed;
  const place = locateUrl(flow, component, error);
  if (error === undefined) return { reason: failed.isUnanswered ? 'no answer so far to what it has sent' : '', place };
  const leadsTo =
    error.url !== undefined && place.value !== undefined && error.url !== place.value ? error.url : undefined;
  return { reason: error.reason, place, ...(leadsTo !== undefined && { leadsTo }) };
});

/**
 * Prometheus answers another error, or one that is not known: then samples were dropped, which only an answer does.
 *
 * `remote write gets 429: the request has been rejected because the tenant exceeded the ingestion rate limit`
 */
export const remoteWriteRefused = createRule('remote write refused', (symptoms) => {
  const failed = readFailedWrite(symptoms);
  if (failed === undefined) return undefined;
  const { flow, component, error, waits } = failed;
  const place = locateUrl(flow, component, error);
  if (waits !== undefined) return { message: '', waits, place };
  if (error?.status === undefined) return failed.dropped > 0 ? { message: '', place } : undefined;
  return { status: error.status, message: error.reason, place };
});

/** The URL of the endpoint that an error is about: a remote write may have several. */
function locateUrl(flow: Flow, component: Component, error: SendError | undefined): Place {
  const settings = (component.settings ?? []).filter(({ name }) => name === 'endpoint');
  const index = settings.findIndex(({ body }) => readText(body, 'url') === error?.endpoint);
  const [setting, block] = [
    settings[index],
    component.written?.blocks.filter(({ name }) => name === 'endpoint')[index],
  ];
  if (index < 1 || setting === undefined) return locate(flow, component, ...URL_PATH);
  const { written, ...rest } = component;
  const one = { ...rest, settings: [setting], ...(written && block && { written: { ...written, blocks: [block] } }) };
  return locate(flow, one, ...URL_PATH);
}
