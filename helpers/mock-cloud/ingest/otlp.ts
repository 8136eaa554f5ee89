import { nowNanos } from '../../otlp/ids.ts';
import type { Message } from '../../otlp/message.ts';
import { DecodeError } from '../../otlp/message.ts';
import { LogsData, MetricsData, TracesData } from '../../otlp/schema.ts';
import type { Backend } from '../backend.ts';
import { noteArrival } from '../backend.ts';
import { count } from '../counters.ts';
import { labelsFrom } from '../store/labels.ts';
import { parseJson } from './parse-json.ts';
import { translateLogs } from './translate-logs.ts';
import { translateMetrics } from './translate-metrics.ts';

/** The signals of OTLP, as its paths call them. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** What was not taken of an export that was, as a whole. */
export type Shortfall = { readonly rejected: number; readonly message: string };

/**
 * Takes the exports of one signal into the stores. `where` is what the line of a first arrival calls the way in. Both
 * forms throw {@link DecodeError} for an export that is malformed, of which nothing is then kept.
 */
export type OtlpTaker = {
  readonly protobuf: (body: Uint8Array, where: string) => Shortfall | undefined;
  readonly json: (body: Uint8Array, where: string) => Shortfall | undefined;
};

/** The takers of a backend: whatever transport an export comes by, it is stored, counted and refused alike. */
export function otlpTakers(backend: Backend): Readonly<Record<OtlpSignal, OtlpTaker>> {
  return {
    traces: taker(TracesData, (data, where, bytes) => {
      const spans = data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
      if (spans.some(({ traceId }) => traceId.length === 0)) throw new DecodeError('trace ids must be 128 bit');
      if (spans.length > 0) backend.traces.add(bytes ?? TracesData.encode(data), data);
      noteArrival(backend, 'spans', spans.length, where);
      return undefined;
    }),
    metrics: taker(MetricsData, (data, where) => {
      const { samples, rejected, remarks } = translateMetrics(data);
      for (const { labels, time, value, stale } of samples) {
        const appended = backend.series.append(backend.series.resolve(labelsFrom(labels)), time, value, stale);
        if (appended !== 'stored' && appended !== 'duplicate') count(backend.counters.discarded, appended);
      }
      noteArrival(backend, 'samples', samples.length, where);
      if (rejected > 0) count(backend.counters.discarded, 'invalid_temporality', rejected);
      return remarks.length > 0 ? { rejected, message: remarks.join('; ') } : undefined;
    }),
    logs: taker(LogsData, (data, where) => {
      let records = 0;
      for (const { labels, entries } of translateLogs(data, nowNanos())) {
        backend.logs.add(labels, entries);
        records += entries.length;
      }
      noteArrival(backend, 'log records', records, where);
      return undefined;
    }),
  };
}

function taker<T extends object>(
  message: Message<T>,
  take: (data: T, where: string, bytes: Uint8Array | undefined) => Shortfall | undefined,
): OtlpTaker {
  return {
    protobuf: (body, where) => take(message.decode(body), where, body),
    json: (body, where) => take(message.fromJson(parseJson(body)), where, undefined),
  };
}
