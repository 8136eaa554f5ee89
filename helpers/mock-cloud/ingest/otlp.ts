import { DecodeError, type Message } from '../../otlp/message.ts';
import { LogsData, MetricsData, type Span, TracesData } from '../../otlp/schema.ts';
import { type Backend, count, countReceived } from '../store/backend.ts';
import { buildLabels } from '../store/labels.ts';
import { listSpans } from '../store/traces.ts';
import { parseJson } from './parse-json.ts';
import { RefusedExport } from './refused-export.ts';
import { storeLogs } from './store-logs.ts';
import { translateLogs } from './translate-logs.ts';
import { type LabelledSample, translateMetrics } from './translate-metrics.ts';
import { refuseLabels, refuseOutcome, refuseTime, type SeriesRefusal } from './validate-series.ts';

/** The signals of OTLP, as its paths name them. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';

/** What was rejected of an export that was otherwise accepted (OTLP 1.x, "Partial Success"). */
export type PartialSuccess = { readonly rejected: number; readonly message: string };

/**
 * Stores the exports of one signal. `where` is how the line about a first arrival names the endpoint. Both methods throw
 * {@link DecodeError} for a malformed export and then store nothing, and {@link RefusedExport} if the hosted service would
 * refuse something of it; as there, the rest is then stored.
 */
export type OtlpReceiver = {
  readonly receiveProtobuf: (body: Uint8Array, where: string) => PartialSuccess | undefined;
  readonly receiveJson: (body: Uint8Array, where: string) => PartialSuccess | undefined;
};

/** The receivers of a backend: exports are stored, counted and rejected in the same way over HTTP and gRPC. */
export function createOtlpReceivers(backend: Backend): Readonly<Record<OtlpSignal, OtlpReceiver>> {
  return {
    traces: createReceiver(TracesData, (data, where, bytes) => {
      const spans = listSpans(data);
      checkIds(spans);
      if (spans.length > 0) backend.traces.add(bytes ?? TracesData.encode(data), data);
      countReceived(backend, 'spans', spans.length, where);
      return undefined;
    }),
    metrics: createReceiver(MetricsData, (data, where) => {
      const { samples, rejected, reasons } = translateMetrics(data, backend.now());
      let problem: string | undefined;
      for (const sample of samples) {
        const refusal = storeSample(sample, backend);
        if (refusal === undefined) continue;
        count(backend.counters.discarded, refusal.reason);
        problem ??= refusal.message;
      }
      countReceived(backend, 'samples', samples.length, where);
      if (rejected > 0) count(backend.counters.discarded, 'otlp_parse_error', rejected);
      if (problem !== undefined) throw new RefusedExport(400, problem);
      return reasons.length > 0 ? { rejected, message: reasons.join('; ') } : undefined;
    }),
    logs: createReceiver(LogsData, (data, where) => {
      const streams = translateLogs(data, BigInt(Math.trunc(backend.now())) * 1_000_000n);
      const hasRecords = streams.some(({ entries }) => entries.length > 0);
      storeLogs(hasRecords ? streams : [], backend, where);
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

/** Zero counts as no ID; Tempo refuses an export with a single span that lacks one. */
function checkIds(spans: readonly Span[]): void {
  for (const { traceId, spanId } of spans) {
    if (/^0*$/.test(traceId)) throw new DecodeError('trace ids must be 128 bit, received 0 bits');
    if (/^0*$/.test(spanId)) throw new DecodeError('span ids must be 64 bit and not all zero, received 0 bits');
  }
}

function storeSample(
  { labels: pairs, time, value, stale }: LabelledSample,
  { series: store, now }: Backend,
): SeriesRefusal | undefined {
  const series = store.resolve(buildLabels(pairs));
  const isNew = series.chunks.length === 0;
  const refusal = (isNew && refuseLabels([...pairs], series.labels)) || refuseTime(time, now(), series.labels);
  return refusal || refuseOutcome(store.append(series, time, value, stale), time, series.labels);
}
