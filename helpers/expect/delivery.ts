/** Emitted, arrived, and arrived twice: counted in the backend by signal, for what this run has sent. */
import { readAlloyTotals } from '../clients/alloy-metrics.ts';
import { queryLogs } from '../clients/loki.ts';
import { type Repeat, readRepeats } from '../clients/mock-repeats.ts';
import { queryRanges } from '../clients/prometheus.ts';
import { type FoundSpan, findTrace } from '../clients/tempo.ts';
import { COUNTED, COUNTED_GAUGE, type CountedTelemetry } from '../emit/counted-telemetry.ts';
import type { Arrival, Items } from '../findings/evidence.ts';
import type { Milliseconds, TraceId, UnixNanos } from '../otlp/ids.ts';
import type { Span } from '../otlp/schema.ts';
import { countItems, NONE_SENT } from './count-items.ts';
import { computeMetricDeadline, computeOtlpDeadline, computeVisibility, SLACK } from './deadlines.ts';
import { formatMatchers, formatSelector } from './promql.ts';
import type { Telemetry } from './question.ts';
import { run } from './run.ts';
import { hasSpan, readAttribute } from './spans.ts';
import { serviceExport } from './telemetry.ts';

const SIGNALS = ['spans', 'metric_points', 'log_records'] as const satisfies readonly Items[];
type Signal = (typeof SIGNALS)[number];

/** What Alloy refused to take in, and what its exporters have given up. */
type Loss = { readonly refused: number; readonly failed: number };
/** What became of each signal, and what had been asked for long enough. */
export type Delivery = {
  readonly signals: Readonly<Partial<Record<Items, Arrival>>>;
  /** How long it may take. */
  readonly bound: Milliseconds;
  /** Nothing of it is on its way any more. */
  readonly isSettled?: boolean;
};

/** What {@link isDelivered} says, for the evidence. */
export const DELIVERED =
  'has delivered all that was emitted, of each signal, once, as it was, in time, and nothing was refused or given up';

/** Whether all that was emitted has arrived as it was sent and in time, none of it twice, and nothing was refused or given up. */
export function isDelivered({ signals, bound }: Delivery): boolean {
  return Object.values(signals).every(
    ({ emitted, arrived, twice, changed, refused = 0, failed = 0, ms = 0 }) =>
      emitted > 0 &&
      arrived === emitted &&
      twice === 0 &&
      changed === undefined &&
      refused + failed === 0 &&
      ms <= bound,
  );
}

/** What Alloy had lost before; undefined where others than this run send to it. */
export type LossBefore = Readonly<Record<Signal, Loss>> | undefined;

/**
 * Reads what Alloy has lost by now that no run is to be blamed for: nothing, where the run has started this Alloy. That of an
 * external stack serves others, too, and its counters tell nobody apart.
 */
export async function readLossBefore(): Promise<LossBefore> {
  if (run.stack === 'external') return undefined;
  if (run.alloyBefore !== undefined) return await readCounts();
  const none = { refused: 0, failed: 0 };
  return { spans: none, metric_points: none, log_records: none };
}

/** Clocks and formats differ by less: Prometheus keeps milliseconds. */
const SAME_TIME: UnixNanos = 1_000_000_000n;

/** What becomes of telemetry that was sent to be counted. */
export function countedDelivery(sent: CountedTelemetry, service: string, before: LossBefore): Telemetry<Delivery> {
  const gauge = COUNTED_GAUGE.replaceAll('.', '_');
  const points = formatSelector(gauge, { service_name: service, instance: run.id });
  const lines = `{${formatMatchers({ service_name: service })}} |= ${JSON.stringify(`of ${run.id}`)} |= "counted"`;
  return createDelivery({ bound: computeOtlpDeadline(run), before, settling: computeVisibility(run) }, [], {
    spans: countSpans(sent.spans, service),
    async metric_points() {
      const [found, repeats] = await Promise.all([
        queryRanges(run.access.prometheus, `${points}[${WINDOW}]`),
        readRepeats(run.mockUrl, { __name__: gauge, instance: run.id }),
      ]);
      return countItems({
        emitted: sent.points.map((point) => [point.point, point]),
        found: found.flatMap(({ labels: { point = '' }, samples }) =>
          samples.map((sample) => [point, sample] as const),
        ),
        again: repeats.map(({ labels: { point = '' } }) => point),
        compare: (point, { time, value }) => [
          ...(isSameTime(point.time, BigInt(Math.round(time * 1000)) * 1_000_000n) ? [] : ['time']),
          ...(value === point.value ? [] : ['value']),
        ],
      });
    },
    async log_records() {
      const [found, repeats] = await Promise.all([
        queryLogs(run.access.loki, lines),
        readRepeats(run.mockUrl, { service_name: service, service_instance_id: run.id }),
      ]);
      return countItems({
        emitted: sent.records.map((record) => [record.line, record]),
        found: found.map((one) => [one.line, one]),
        again: repeats.map(({ line = '' }) => line),
        compare: (record, { time }) => (isSameTime(record.time, time) ? [] : ['time']),
      });
    },
  });
}

function isSameTime(one: UnixNanos, other: UnixNanos): boolean {
  return one - other < SAME_TIME && other - one < SAME_TIME;
}

/** How long a service of ours may keep what it has, and Alloy knows nothing of. */
const SERVICE_HOLDS: Milliseconds = 3000;

/** What becomes of requests to a service, by the traces as parts of which they were sent, and of metrics exported after `since`. */
export function serviceDelivery(
  service: string,
  requests: readonly TraceId[],
  since: Milliseconds,
  before: LossBefore,
): Telemetry<Delivery> {
  const ids = requests.join('|');
  const wanted = requests.map((id) => [id, id] as const);
  const settling = Math.max(SERVICE_HOLDS, 2 * run.intervals.metricExport) + computeVisibility(run);
  return createDelivery({ bound: computeMetricDeadline(run), before, settling }, [service], {
    spans: countServerSpans(service, requests),
    async metric_points() {
      // Each export holds the totals since the service's start, so that a later one makes up for one that was lost.
      const [newest] = await serviceExport(service).ask();
      return { emitted: 1, arrived: (newest?.value ?? 0) > since ? 1 : 0, twice: 0 };
    },
    async log_records() {
      const [found, repeats] = await Promise.all([
        queryLogs(run.access.loki, `{${formatMatchers({ service_name: service })}} | trace_id=~${JSON.stringify(ids)}`),
        readRepeats(run.mockUrl, { service_name: service }),
      ]);
      const counted = countItems({ emitted: wanted, found: found.map((one) => [one.labels.trace_id ?? '', one]) });
      // A request may log several lines: only equal ones of the same time are the same record.
      const records = found.map(({ labels, time, line }) => `${labels.trace_id} ${time} ${line}`);
      const doubles = records.filter((record, n) => records.indexOf(record) < n).map((record) => record.split(' ')[0]);
      const again = repeats.map(({ labels: { trace_id = '' } }: Repeat) => trace_id);
      return { ...counted, twice: requests.filter((id) => doubles.includes(id) || again.includes(id)).length };
    },
  });
}

/** Longer than it takes to send everything, and to wait for it. */
const WINDOW = '15m';

type Counting = Readonly<Record<Signal, () => Promise<Arrival>>>;

/** `settling` is how long after Alloy has sent everything what is not there can still come. */
type Timing = { readonly bound: Milliseconds; readonly before: LossBefore; readonly settling: Milliseconds };

function createDelivery(
  { bound, before, settling }: Timing,
  services: readonly string[],
  counting: Counting,
): Telemetry<Delivery> {
  const sentAt = Date.now();
  const took = new Map<Signal, Milliseconds | undefined>();
  // Where a question was refused, what is there now may have been there for long: how long it took can't be told.
  let isInterrupted = false;
  let flushedAt: Milliseconds | undefined;
  return {
    subject: { kind: 'delivery', ...(services.length > 0 && { services }) },
    path: 'otlp',
    // What is late is told from what is lost.
    deadline: Math.min(bound + SLACK, run.maxWait ?? Number.POSITIVE_INFINITY),
    // What is on its way while others are there twice is not lost.
    isFinal: ({ signals, isSettled = false }) =>
      isSettled ||
      Object.values(signals).some(({ refused = 0, failed = 0 }) => refused + failed > 0) ||
      Object.values(signals).every(({ emitted, arrived }) => arrived === emitted),
    show: ({ signals }) => ({ kind: 'delivery', signals, bound }),
    async ask() {
      const isSettled = flushedAt !== undefined && Date.now() - flushedAt >= settling;
      // Counted before the backend is asked: what has been sent by then is there.
      const alloy = before && (await readCounts());
      if (alloy !== undefined && isFlushed(alloy)) flushedAt ??= Date.now();
      else flushedAt = undefined;
      const wasInterrupted = isInterrupted;
      isInterrupted = true;
      const found = await Promise.all(SIGNALS.map(async (signal) => [signal, await counting[signal]()] as const));
      isInterrupted = false;
      for (const [signal, { emitted, arrived }] of found) {
        if (arrived === emitted && !took.has(signal))
          took.set(signal, wasInterrupted ? undefined : Date.now() - sentAt);
      }
      const signals = Object.fromEntries(
        found.map(([signal, arrival]) => {
          const ms = took.get(signal);
          const lost = before && alloy && subtract(alloy[signal], before[signal]);
          return [signal, { ...arrival, ...lost, ...(ms !== undefined && { ms }) }];
        }),
      );
      return { signals, bound, isSettled };
    },
  };
}

/** Counts the spans of these traces. */
function countSpans(sent: readonly Span[], service: string): () => Promise<Arrival> {
  const byTrace = Map.groupBy(sent, ({ traceId }) => traceId);
  return lookAtTraces([...byTrace.keys()], (id, found) =>
    countItems({
      emitted: (byTrace.get(id) ?? []).map((span) => [span.spanId, span]),
      found: found.map((one) => [one.span.spanId, one]),
      compare: (span, there) => [
        ...(isSameTime(span.startTimeUnixNano, there.span.startTimeUnixNano) ? [] : ['time']),
        ...(span.parentSpanId === there.span.parentSpanId ? [] : ['parent']),
        ...(readAttribute(span, COUNTED) === readAttribute(there.span, COUNTED) ? [] : ['attribute']),
        ...(readAttribute(there.resource, 'service.name') === service ? [] : ['service']),
      ],
    }),
  );
}

/** Counts the requests of which the service's own span has arrived. */
function countServerSpans(service: string, requests: readonly TraceId[]): () => Promise<Arrival> {
  return lookAtTraces(requests, (_, found) => {
    const ids = found.map(({ span }) => [span.spanId, span] as const);
    const isThere = hasSpan(found, { service, kind: 'server' });
    const { twice } = countItems({ emitted: ids, found: ids });
    return { emitted: 1, arrived: isThere ? 1 : 0, twice: twice > 0 ? 1 : 0 };
  });
}

/** Asks for each trace until it is complete, and then for all of them once more: a double may come later. */
function lookAtTraces(
  ids: readonly TraceId[],
  judge: (id: TraceId, found: readonly FoundSpan[]) => Arrival,
): () => Promise<Arrival> {
  const last = new Map<TraceId, Arrival>();
  const isPending = (id: TraceId) => {
    const { emitted, arrived } = last.get(id) ?? { emitted: 1, arrived: 0 };
    return arrived < emitted;
  };
  const look = (some: readonly TraceId[]) =>
    Promise.all(some.map(async (id) => last.set(id, judge(id, await findTrace(run.access.tempo, id)))));
  return async () => {
    await look(ids.filter(isPending));
    if (!ids.some(isPending)) await look(ids);
    return [...last.values()].reduce(add, NONE_SENT);
  };
}

function add(one: Arrival, other: Arrival): Arrival {
  const changes = [one.changed, other.changed].filter((changed) => changed !== undefined);
  return {
    emitted: one.emitted + other.emitted,
    arrived: one.arrived + other.arrived,
    twice: one.twice + other.twice,
    ...(changes.length > 0 && {
      changed: {
        count: changes.reduce((sum, { count }) => sum + count, 0),
        in: [...new Set(changes.flatMap((changed) => changed.in))],
      },
    }),
  };
}

/** What Alloy has counted of a signal. */
type AlloyCounts = Loss & { readonly accepted: number; readonly sent: number; readonly queued: number };

async function readCounts(): Promise<Readonly<Record<Signal, AlloyCounts>>> {
  const names = SIGNALS.flatMap((signal) => [
    new RegExp(`^otelcol_receiver_refused_${signal}_total$`),
    new RegExp(`^otelcol_exporter_(send|enqueue)_failed_${signal}_total$`),
    new RegExp(`^otelcol_receiver_accepted_${signal}_total$`),
    new RegExp(`^otelcol_exporter_sent_${signal}_total$`),
    /^otelcol_exporter_queue_size$/,
  ]);
  const totals = await readAlloyTotals(run.alloy, names);
  const read = (n: number) => {
    const [refused = 0, failed = 0, accepted = 0, sent = 0, queued = 0] = totals.slice(5 * n);
    return { refused, failed, accepted, sent, queued };
  };
  return { spans: read(0), metric_points: read(1), log_records: read(2) };
}

/** Whether Alloy has nothing left to send. */
function isFlushed(counts: Readonly<Record<Signal, AlloyCounts>>): boolean {
  return Object.values(counts).every(({ accepted, sent, failed, queued }) => queued === 0 && sent + failed >= accepted);
}

function subtract(now: Loss, before: Loss): Loss {
  return { refused: now.refused - before.refused, failed: now.failed - before.failed };
}
