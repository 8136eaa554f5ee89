import { readText } from '../../clients/alloy-graph.ts';
import type { Signal } from '../../findings/finding.ts';
import { type ExportError, readExportError } from '../../flow/export-error.ts';
import { type Component, type Flow, SIGNALS } from '../../flow/flow.ts';
import { readExporterLogin } from '../../flow/login.ts';
import type { ExportFailure } from '../../flow/otlp-stop.ts';
import { findOtlpStop } from '../../flow/otlp-stop.ts';
import { locate } from '../../flow/place.ts';
import { readRefusedLogin } from '../readings.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * The OTLP gateway refuses the login that the exporter sends.
 *
 * `the OTLP gateway answers 401 Unauthorized to the instance ID 2847239, which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID …`
 */
export const otlpLoginRefused = createRule('OTLP login refused', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error.status !== 401) return undefined;
  const login = readExporterLogin(failed.flow, failed.component);
  return {
    ...readRefusedLogin(symptoms, 'OTLP', login.kind === 'basic' ? login.user : undefined),
    login: login.kind,
    place: login.place,
  };
});

/**
 * The gateway has no such path.
 *
 * `the OTLP gateway answers 404: http://HOST/otlp/v1/traces is not a path that it serves`
 */
export const otlpPathNotFound = createRule('OTLP path not found', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error.status !== 404) return undefined;
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
  if (failed === undefined || failed.error.status !== undefined || failed.error.reason === '') return undefined;
  return { reason: failed.error.reason, place: locateEndpoint(failed.flow, failed.component) };
});

/**
 * The gateway answers another error, for one signal or all.
 *
 * `the OTLP gateway answers 429 to traces: too many requests`
 */
export const otlpExportRefused = createRule('OTLP export refused', (symptoms) => {
  const failed = readFailedExport(symptoms);
  if (failed?.error.status === undefined) return undefined;
  const { flow, component, error } = failed;
  const { status } = error;
  const signals = SIGNALS.filter((signal) => findError(symptoms, flow, component, signal)?.status === status);
  return {
    status: status ?? 0,
    signals: signals.length === 0 && symptoms.stop?.of === 'signal' ? [symptoms.stop.signal] : signals,
    message: error.reason,
    place: locateEndpoint(flow, component),
  };
});

type FailedExport = { readonly flow: Flow; readonly component: Component; readonly error: ExportError };

/** The exporter at which the signal stops, and why. */
function readFailedExport(symptoms: Symptoms): FailedExport | undefined {
  const { flow, stop } = symptoms;
  if (flow === undefined || stop?.of !== 'signal') return undefined;
  if (stop.at !== 'export failed' && stop.at !== 'export waits') return undefined;
  const { component } = stop;
  const error = findError(symptoms, flow, component, stop.signal);
  return error && { flow, component, error };
}

/** The newest error of an exporter for a signal in this run: from its log, else from what it counts by kind. */
function findError({ alloyLog, run }: Symptoms, flow: Flow, { id }: Component, signal: Signal): ExportError | undefined {
  const stop = findOtlpStop(flow, signal);
  if (stop.at !== 'export failed' && stop.at !== 'export waits') return undefined;
  const errors = alloyLog
    .filter(({ component, message, time = 0 }) => {
      return component === id && /^Exporting failed/.test(message) && time >= run.startedAt;
    })
    .map(({ error }) => readExportError(error));
  const own = errors.findLast(({ url }) => url?.endsWith(`/v1/${signal}`) === true);
  if (own !== undefined) return own;
  const counted = stop.at === 'export failed' ? readCounted(stop.failures) : undefined;
  return counted ?? errors.findLast(({ url }) => url === undefined);
}

/** The HTTP statuses that the collector maps to these codes (opentelemetry-collector, otlphttpexporter). */
const STATUSES: Readonly<Record<string, number>> = {
  Unauthenticated: 401,
  PermissionDenied: 403,
  Unimplemented: 404,
  ResourceExhausted: 429,
  InvalidArgument: 400,
};

function readCounted(failures: readonly ExportFailure[]): ExportError | undefined {
  const [most] = [...failures].sort((a, b) => b.count - a.count);
  const status = STATUSES[most?.type ?? ''];
  return status === undefined ? undefined : { status, reason: '' };
}

function locateEndpoint(flow: Flow, exporter: Component) {
  const isOwn = readText(exporter.settings, 'client', 'endpoint') !== undefined;
  return isOwn ? locate(flow, exporter, 'client', 'endpoint') : locate(flow, exporter);
}
