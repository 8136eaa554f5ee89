import { readText } from '../../clients/alloy-graph.ts';
import type { Place } from '../../findings/place.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { readExporterLogin } from '../../flow/login.ts';
import { locate } from '../../flow/place.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { DirectAnswer } from '../direct-export.ts';
import { listDelivered, listSignalsWith, readFailedExport } from '../failed-export.ts';
import { readRefusedLogin } from '../refused-login.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * The OTLP gateway refuses the login that the exporter sends.
 *
 * `the OTLP gateway answers 401 Unauthorized to the instance ID 2847239, which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID …`
 */
export const otlpLoginRefused = createRule('OTLP login refused', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error?.status !== 401) return undefined;
  // A login that is good for another signal lacks a scope.
  if (listDelivered(symptoms, failed).length > 0) return undefined;
  const { flow, component } = failed;
  return readRefusedLogin(symptoms, 'OTLP', readExporterLogin(flow, component), locateEndpoint(flow, component));
});

/**
 * The gateway has no such path.
 *
 * `the OTLP gateway answers 404: http://HOST/otlp/v1/traces is not a path that it serves`
 */
export const otlpPathNotFound = createRule('OTLP path not found', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error?.status !== 404 || listDelivered(symptoms, failed).length > 0) return undefined;
  const place = locateEndpoint(failed.flow, failed.component);
  const url = place.value ?? failed.error.url;
  return { ...(url !== undefined && { url }), place };
});

/**
 * What answers is no OTLP gateway: Alloy can't read its answer.
 *
 * `what answers to otelcol.exporter.otlphttp.x (config.alloy:46) at http://HOST/otlp is not an OTLP gateway: error parsing …`
 */
export const noOtlpResponse = createRule('no OTLP response', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error?.isNoOtlp !== true) return undefined;
  return { reason: failed.error.reason, place: locateEndpoint(failed.flow, failed.component) };
});

/**
 * The queue of the exporter is too small for what comes at once.
 *
 * `otelcol.exporter.otlphttp.x refuses what its queue does not hold: queue_size is 1 (config.alloy:49)`
 */
export const sendingQueueFull = createRule('sending queue full', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed === undefined || !/sending queue is full/.test(failed.error?.reason ?? '')) return undefined;
  const place = locate(failed.flow, failed.component, 'sending_queue', 'queue_size');
  // One of the default size is full of what can't be delivered.
  return place.expression === undefined ? undefined : { place };
});

/**
 * The endpoint gives no answer.
 *
 * `otelcol.exporter.otlphttp.grafana_cloud can't reach http://HOST:1/otlp and keeps trying: connection refused`
 */
export const otlpEndpointUnreachable = createRule('OTLP endpoint unreachable', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed === undefined || failed.error?.status !== undefined) return undefined;
  const place = locateEndpoint(failed.flow, failed.component);
  const { stop } = symptoms;
  if (failed.error !== undefined)
    return { reason: failed.error.reason, place, ...findRedirect(failed.error.url, place) };
  // Without an error, what waits is on its way, unless nothing has ever left, or nobody gets an answer.
  const direct = getDirectAnswer(symptoms, place);
  const reason = direct?.status === 0 ? direct.message : '';
  const isFirst = stop?.of === 'signal' && stop.at === 'export waits' && stop.sent === 0;
  const isStuck = (isFirst && hasHadTime(symptoms)) || (stop?.at === 'export waits' && reason !== '');
  return isStuck ? { reason, place } : undefined;
});

/** How long a first export may take beyond the batches that it waits in. */
const FIRST_EXPORT: Milliseconds = 2000;

/** Whether a question was asked for long enough: one that was refused ends at once, with the first export on its way. */
function hasHadTime({ evidence, run }: Symptoms): boolean {
  return evidence.kind === 'observation' && evidence.elapsedMs > 2 * run.intervals.otlpBatch + FIRST_EXPORT;
}

/**
 * The gateway answers another error, for one signal or all.
 *
 * `the OTLP gateway answers 429 to traces of otelcol.exporter.otlphttp.x (config.alloy:46): too many requests`
 */
export const otlpExportRefused = createRule('OTLP export refused', (symptoms) => {
  const failed = readFailedExport(symptoms);
  const { status, reason = '' } = failed?.error ?? {};
  if (failed === undefined || status === undefined) return undefined;
  const place = locateEndpoint(failed.flow, failed.component);
  const signals = listSignalsWith(symptoms, failed, status);
  const direct = getDirectAnswer(symptoms, place);
  // Alloy's log has the words only of an answer that is a google.rpc.Status.
  const message = reason === '' && direct?.status === status ? direct.message : reason;
  const others = listDelivered(symptoms, failed);
  const batch = symptoms.stop?.of === 'signal' ? symptoms.stop.route.between.find(isBatch) : undefined;
  const headers = locate(failed.flow, failed.component, 'client', 'headers');
  return {
    status,
    signals,
    others,
    message,
    place,
    ...(batch && { batch: locate(failed.flow, batch) }),
    ...(headers.expression !== undefined && SENDS.test(headers.expression) && { headers }),
  };
});

/** Headers that an exporter sets itself, by what it sends. */
const SENDS = /\b(?:content-type|content-encoding|content-length|transfer-encoding|host)\b/i;

function isBatch({ name }: Component): boolean {
  return name === 'otelcol.processor.batch';
}

/** What the run itself was answered, if it asked where the exporter sends to. */
function getDirectAnswer({ directAnswers = {}, stop }: Symptoms, { value }: Place): DirectAnswer | undefined {
  const answer = stop?.of === 'signal' ? directAnswers[stop.signal] : undefined;
  return answer?.endpoint === value ? answer : undefined;
}

/** Where an endpoint leads to that redirects. */
function findRedirect(url: string | undefined, { value }: Place): { readonly leadsTo?: string } {
  return url === undefined || value === undefined || url.startsWith(value) ? {} : { leadsTo: url };
}

function locateEndpoint(flow: Flow, exporter: Component): Place {
  const isOwn = readText(exporter.settings, 'client', 'endpoint') !== undefined;
  return isOwn ? locate(flow, exporter, 'client', 'endpoint') : locate(flow, exporter);
}
