import type { TraceStore } from '../../store/traces.ts';
import { fieldValue, isTrue, matchingSpans } from './evaluate.ts';
import type { ComparisonField, Spansets } from './expression.ts';
import { comparisonsOf, filtersOf } from './expression.ts';
import { needlesOf } from './needles.ts';
import { staticJson } from './static.ts';
import type { Trace, TraceSpan } from './trace.ts';
import { ROOT_NOT_RECEIVED, traceOf } from './trace.ts';

/** What to search for; times in milliseconds since the epoch. */
export type Search = {
  readonly query: Spansets;
  readonly start: number;
  readonly end: number;
  /** The most traces of an answer. */
  readonly limit: number;
  /** The most spans that are shown of a trace; 0 shows all. */
  readonly spansPerSpanset: number;
};

/** The answer of `/api/search`, the newest trace first. Fields that are zero or empty are left out, as protobuf's JSON does. */
export function searchAnswer(store: TraceStore, { query, start, end, limit, spansPerSpanset }: Search): object {
  const asked = filtersOf(query).flatMap((condition) => comparisonsOf(condition));
  const traces: object[] = [];
  let inspected = 0;
  for (const id of store.between(start, end, needlesOf(query))) {
    if (traces.length >= limit) break;
    const data = store.byId(id);
    if (data === undefined) continue;
    const trace = traceOf(id, data);
    inspected += store.bytesOf(id);
    const found = matchingSpans(query, trace);
    if (found.length === 0) continue;
    const shown = spansPerSpanset === 0 ? found : found.slice(0, spansPerSpanset);
    const spanSet = { spans: shown.map((span) => spanJson(span, trace, asked)), matched: found.length };
    traces.push({ ...summary(trace), spanSet, spanSets: [spanSet], serviceStats: serviceStats(trace) });
  }
  return {
    traces,
    metrics: { inspectedBytes: String(inspected), completedJobs: 1, totalJobs: 1 },
  };
}

function summary({ id, root, start, end }: Trace): object {
  const durationMs = Number((end - start) / 1_000_000n);
  return {
    traceID: id,
    rootServiceName: root === undefined ? ROOT_NOT_RECEIVED : root.service,
    rootTraceName: root === undefined ? ROOT_NOT_RECEIVED : root.span.name,
    startTimeUnixNano: String(start),
    ...(durationMs > 0 && { durationMs }),
  };
}

function spanJson(found: TraceSpan, trace: Trace, asked: readonly ComparisonField[]): object {
  const { span } = found;
  const attributes = new Map<string, object>();
  let name: string | undefined;
  for (const comparison of asked) {
    const { left } = comparison;
    if (left.kind !== 'attribute' && left.kind !== 'intrinsic') continue;
    if (left.kind === 'intrinsic' && left.name === 'name') name = span.name;
    const shown =
      left.kind === 'attribute' || left.name === 'status' || left.name === 'kind' || left.name === 'statusMessage';
    if (shown && isTrue(fieldValue(comparison, found, trace))) {
      attributes.set(left.name, { key: left.name, value: staticJson(fieldValue(left, found, trace)) });
    }
  }
  return {
    spanID: span.spanId,
    ...(name !== undefined && { name }),
    startTimeUnixNano: String(span.startTimeUnixNano),
    durationNanos: String(span.endTimeUnixNano - span.startTimeUnixNano),
    ...(attributes.size > 0 && { attributes: [...attributes.values()] }),
  };
}

function serviceStats({ spans }: Trace): object {
  const services = Map.groupBy(spans, ({ service }) => service);
  return Object.fromEntries(
    [...services].map(([service, held]) => {
      const errorCount = held.filter(({ span }) => span.status?.code === 2).length;
      return [service, { spanCount: held.length, ...(errorCount > 0 && { errorCount }) }];
    }),
  );
}
