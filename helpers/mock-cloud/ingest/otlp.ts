import { nowNanos } from '../../otlp/ids.ts';
import { DecodeError, type Message } from '../../otlp/message.ts';
import { LogsData, MetricsData, TracesData } from '../../otlp/schema.ts';
import { type Backend, count, countReceived } from '../store/backend.ts';
import { buildLabels } from '../store/labels.ts';
import { parseJson } from './parse-json.ts';
import { translateLogs } from './translate-logs.ts';
import { translateMetrics } from './translate-metrics.ts';

/** The signals of OTLP, as its paths name them. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** What was rejected of an export that was otherwise accepted (OTLP 1.x, "Partial Success"). */
export type PartialSuccess = { readonly rejected: number; readonly message: string };

/**
 * Stores the exports of one signal. `where` is how the line about a first arrival names the endpoint. Both methods throw
 * {@link DecodeError} for a malformed export and then store nothing.
 */
export type OtlpReceiver = {
  readonly receiveProtobuf: (body: Uint8Array, where: string) => PartialSuccess | undefined;
  readonly receiveJson: (body: Uint8Array, where: string) => PartialSuccess | undefined;
};

/** The receivers of a backend: exports are stored, counted and rejected in the same way over HTTP and gRPC. */
export function createOtlpReceivers(backend: Backend): Readonly<Record<OtlpSignal, OtlpReceiver>> {
  return {
    traces: createReceiver(TracesData, (data, where, bytes) => {
      const spans = data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
      if (spans.some(({ traceId }) => traceId.length === 0)) throw new DecodeError('trace ids must be 128 bit');
      if (spans.length > 0) backend.traces.add(bytes ?? TracesData.encode(data), data);
      countReceived(backend, 'spans', spans.length, where);
      return undefined;
    }),
    metrics: createReceiver(MetricsData, (data, where) => {
      const { samples, rejected, remarks } = translateMetrics(data);
      for (const { labels, time, value, stale } of samples) {
        const outcome = backend.series.append(backend.series.resolve(buildLabels(labels)), time, value, stale);
        if (outcome !== 'stored' && outcome !== 'duplicate') count(backend.counters.discarded, outcome);
      }
      countReceived(backend, 'samples', samples.length, where);
      if (rejected > 0) count(backend.counters.discarded, 'invalid_temporality', rejected);
      return remarks.length > 0 ? { rejected, message: remarks.join('; ') } : undefined;
    }),
    logs: createReceiver(LogsData, (data, where) => {
      let records = 0;
      for (const { labels, entries } of translateLogs(data, nowNanos())) {
        backend.logs.add(labels, entries);
        records += entries.length;
      }
      countReceived(backend, 'log records', records, where);
      return undefined;
    }),
  };
}

function createReceiver<T extends object>(
  message: Message<T>,
  store: (data: T, where: string, bytes: Uint8Array | undefined) => PartialSuccess | undefined,
): OtlpReceiver {
  return {
    receiveProtobuf: (body, where) => store(message.decode(body), where, body),
    receiveJson: (body, where) => store(message.fromJson(parseJson(body)), where, undefined),
  };
}
