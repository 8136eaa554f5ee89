/** Why Alloy can't deliver what it received over OTLP. */

import type { Signal } from '../findings/finding.ts';
import type { ExportError } from '../flow/export-error.ts';
import { type Component, type Flow, SIGNALS } from '../flow/flow.ts';
import { followSignal } from '../flow/otlp-route.ts';
import { type ExportFailure, findOtlpStop } from '../flow/otlp-stop.ts';
import { hasLost } from './observation.ts';
import { listSendErrors } from './send-errors.ts';
import type { Symptoms } from './symptoms.ts';

/** The exporter at which a signal stops; `error` is undefined where neither its log nor its counters say why. */
export type FailedExport = {
  readonly flow: Flow;
  readonly component: Component;
  readonly error: ExportError | undefined;
};

/** Finds the exporter at which the signal in question stops, and the newest error that it has for that. */
export function readFailedExport(symptoms: Symptoms): FailedExport | undefined {
  const { flow, stop } = symptoms;
  if (flow === undefined || stop?.of !== 'signal') return undefined;
  if (stop.at !== 'export failed' && stop.at !== 'export waits') return undefined;
  if (stop.at === 'export failed' && !hasLost(symptoms, /^otelcol_exporter_(?:send|enqueue)_failed_/)) return undefined;
  return { flow, component: stop.component, error: findError(symptoms, flow, stop.component, stop.signal) };
}

/** The signals for which an exporter gets an answer with this status. */
export function listSignalsWith(symptoms: Symptoms, { flow, component }: FailedExport, status: number): Signal[] {
  return SIGNALS.filter((signal) => findError(symptoms, flow, component, signal)?.status === status);
}

/** The other signals of which an exporter has sent all, with the same endpoint and login. */
export function listDelivered({ stop }: Symptoms, { flow, component }: FailedExport): Signal[] {
  return SIGNALS.filter((signal) => {
    const { at } = findOtlpStop(flow, signal);
    const passes = followSignal(flow, signal).exporters.some(({ id }) => id === component.id);
    return stop?.of === 'signal' && signal !== stop.signal && at === 'beyond Alloy' && passes;
  });
}

/** From its log in this run, else from what it counts by kind. */
function findError(
  { alloyLog, run }: Symptoms,
  flow: Flow,
  component: Component,
  signal: Signal,
): ExportError | undefined {
  const stop = findOtlpStop(flow, signal);
  if (stop.at !== 'export failed' && stop.at !== 'export waits') return undefined;
  const errors = listSendErrors(alloyLog, component, run.startedAt);
  const own = errors.findLast(({ url }) => url?.endsWith(`/v1/${signal}`) === true);
  if (own !== undefined) return own;
  const counted = stop.at === 'export failed' ? readCounted(stop.failures) : undefined;
  // An exporter over gRPC, or with an address of its own for a signal, names no path of a signal.
  return counted ?? errors.findLast(({ url = '' }) => !/\/v1\/(?:traces|metrics|logs)$/.test(url));
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
