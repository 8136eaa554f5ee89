/** Emitted, arrived, and arrived twice: counted in the backend by signal, for what this run has sent. */
import { readAlloyTotals } from '../clients/alloy-metrics.ts';
import { queryLogs } from '../clients/loki.ts';
import { queryRanges } from '../clients/prometheus.ts';
import { type FoundSpan, findTrace } from '../clients/tempo.ts';
import { COUNTED_GAUGE, type CountedTelemetry, type EmittedTrace } from '../emit/counted-telemetry.ts';
import type { Milliseconds, TraceId } from '../otlp/ids.ts';
import { computeMetricDeadline, computeOtlpDeadline } from './deadlines.ts';
import { formatMatchers, formatSelector } from './promql.ts';
import type { Telemetry } from './question.ts';
import { run } from './run.ts';
import { hasSpan } from './spans.ts';
import { serviceExport } from './telemetry.ts';

const SIGNALS = ['spans', 'metric_points', 'log_records'] as const;
type Signal = (typeof SIGNALS)[number];

/** How many items were sent, how many of them are in the backend, and how many are there more than once. */
type Arrival = { readonly emitted: number; readonly arrived: number; readonly twice: number };
/** What Alloy refused to take in, and what its exporters have given up. */
type Loss = { readonly refused: number; readonly failed: number };
/** The arrival of a signal, and what Alloy lost of it, where all that it gets is of this run. */
export type SignalDelivery = Arrival &
  Partial<Loss> & {
    /** How long it took until all had arrived, from when the last one was sent. */
    readonly ms?: Milliseconds;
  };
/** The delivery of each signal. */
export type Delivery = Readonly<Record<Signal, SignalDelivery>>;

/** What {@link isDelivered} says, for the evidence. */
export const DELIVERED =
  'has delivered all that was emitted, of each signal, once, and nothing was refused or given up';

/** Whether all that was emitted has arrived, none of it twice, and nothing was refused or given up on the way. */
export function isDelivered(delivery: Delivery): boolean {
  return Object.values(delivery).every(
    ({ emitted, arrived, twice, refused = 0, failed = 0 }) =>
      arrived === emitted && twice === 0 && refused === 0 && failed === 0,
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
  if (run.alloyBefore !== undefined) return await readLoss();
  const none = { refused: 0, failed: 0 };
  return { spans: none, metric_points: none, log_records: none };
}

/** What becomes of telemetry that was sent to be counted. */
export function countedDelivery(sent: CountedTelemetry, service: string, before: LossBefore): Telemetry<Delivery> {
  const points = formatSelector(COUNTED_GAUGE.replaceAll('.', '_'), { service_name: service, instance: run.id });
  const lines = `{${formatMatchers({ service_name: service })}} |= ${JSON.stringify(`of ${run.id}`)} |= "counted"`;
  return createDelivery(computeOtlpDeadline(run), before, [], {
    spans: countSpans(sent.traces),
    async metric_points() {
      const found = await queryRanges(run.access.prometheus, `${points}[${WINDOW}]`);
      // A sample that is stored twice is the same one: only what a second series or a second time has can be seen.
      return countItems(
        sent.points,
        found.flatMap(({ labels, samples }) => samples.map(() => labels.point ?? '')),
      );
    },
    async log_records() {
      const found = await queryLogs(run.access.loki, lines);
      return countItems(
        sent.lines,
        found.map(({ line }) => line),
      );
    },
  });
}

/** What becomes of requests to a service, by the traces as parts of which they were sent, and of metrics exported after `since`. */
export function serviceDelivery(
  service: string,
  requests: readonly TraceId[],
  since: Milliseconds,
  before: LossBefore,
): Telemetry<Delivery> {
  const ids = requests.join('|');
  return createDelivery(computeMetricDeadline(run), before, [service], {
    spans: countServerSpans(service, requests),
    async metric_points() {
      // Each export holds the totals since the service's start, so that a later one makes up for one that was lost.
      const [newest] = await serviceExport(service).ask();
      return { emitted: 1, arrived: (newest?.value ?? 0) > since ? 1 : 0, twice: 0 };
    },
    async log_records() {
      const found = await queryLogs(
        run.access.loki,
        `{${formatMatchers({ service_name: service })}} | trace_id=~${JSON.stringify(ids)}`,
      );
      const { emitted, arrived } = countItems(
        requests,
        found.map(({ labels }) => labels.trace_id ?? ''),
      );
      // A request may log several lines: only equal ones of the same time are the same record.
      const records = found.map(({ labels, time, line }) => `${labels.trace_id} ${time} ${line}`);
      return { emitted, arrived, twice: countItems(records, records).twice };
    },
  });
}

/** Longer than it takes to send everything, and to wait for it. */
const WINDOW = '15m';

type Counts = Readonly<Record<Signal, () => Promise<Arrival>>>;

function createDelivery(
  deadline: Milliseconds,
  before: LossBefore,
  services: readonly string[],
  counts: Counts,
): Telemetry<Delivery> {
  const sentAt = Date.now();
  const took = new Map<Signal, Milliseconds>();
  return {
    subject: { kind: 'delivery', ...(services.length > 0 && { services }) },
    path: 'otlp',
    deadline,
    // What is on its way while others are there twice is not lost.
    isFinal: (delivery) =>
      Object.values(delivery).some(({ refused = 0, failed = 0 }) => refused + failed > 0) ||
      Object.values(delivery).every(({ emitted, arrived }) => arrived === emitted),
    async ask() {
      const [loss, ...found] = await Promise.all([
        before && readLoss(),
        ...SIGNALS.map(async (signal) => [signal, await counts[signal]()] as const),
      ]);
      for (const [signal, { emitted, arrived }] of found) {
        if (arrived === emitted && !took.has(signal)) took.set(signal, Date.now() - sentAt);
      }
      return Object.fromEntries(
        found.map(([signal, arrival]) => {
          const ms = took.get(signal);
          const lost = before && loss && subtract(loss[signal], before[signal]);
          return [signal, { ...arrival, ...lost, ...(ms !== undefined && { ms }) }];
        }),
      ) as Delivery;
    },
  };
}

/** Counts the spans of these traces. */
function countSpans(sent: readonly EmittedTrace[]): () => Promise<Arrival> {
  const spans = new Map(sent.map((trace) => [trace.traceId, trace.spans]));
  return lookAtTraces([...spans.keys()], (id, found) =>
    countItems(
      spans.get(id) ?? [],
      found.map(({ span }) => span.spanId),
    ),
  );
}

/** Counts the requests of which the service's own span has arrived. */
function countServerSpans(service: string, requests: readonly TraceId[]): () => Promise<Arrival> {
  return lookAtTraces(requests, (_, found) => {
    const ids = found.map(({ span }) => span.spanId);
    const isThere = hasSpan(found, { service, kind: 'server' });
    return { emitted: 1, arrived: isThere ? 1 : 0, twice: countItems(ids, ids).twice > 0 ? 1 : 0 };
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
    return [...last.values()].reduce((total, one) => ({
      emitted: total.emitted + one.emitted,
      arrived: total.arrived + one.arrived,
      twice: total.twice + one.twice,
    }));
  };
}

function countItems(emitted: readonly string[], found: readonly string[]): Arrival {
  const counts = Map.groupBy(found, (item) => item);
  const times = [...new Set(emitted)].map((item) => counts.get(item)?.length ?? 0);
  return {
    emitted: times.length,
    arrived: times.filter((count) => count > 0).length,
    twice: times.filter((count) => count > 1).length,
  };
}

async function readLoss(): Promise<Readonly<Record<Signal, Loss>>> {
  const names = SIGNALS.flatMap((signal) => [
    new RegExp(`^otelcol_receiver_refused_${signal}_total$`),
    new RegExp(`^otelcol_exporter_(send|enqueue)_failed_${signal}_total$`),
  ]);
  const totals = await readAlloyTotals(run.alloy, names);
  const read = (n: number) => ({ refused: totals[2 * n] ?? 0, failed: totals[2 * n + 1] ?? 0 });
  return { spans: read(0), metric_points: read(1), log_records: read(2) };
}

function subtract(now: Loss, before: Loss): Loss {
  return { refused: now.refused - before.refused, failed: now.failed - before.failed };
}
