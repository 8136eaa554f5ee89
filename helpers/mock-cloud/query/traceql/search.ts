import type { TraceStore } from '../../store/traces.ts';
import { evaluateField, findMatchingSpans, isTrue } from './evaluate.ts';
import { type ComparisonField, listComparisons, listFilters, type Spansets } from './expression.ts';
import { findNeedles } from './needles.ts';
import { formatStatic } from './static.ts';
import { buildTrace, ROOT_NOT_RECEIVED, type Trace, type TraceSpan } from './trace.ts';

/** A search; times in milliseconds since the epoch. */
export type Search = {
  readonly query: Spansets;
  readonly start: number;
  readonly end: number;
  /** The maximum number of traces in the answer. */
  readonly limit: number;
  /** The maximum number of spans that are listed of a trace; 0 lists all. */
  readonly spansPerSpanset: number;
};

/** Builds the answer of `/api/search`, the newest trace first. As in protobuf's JSON, zero and empty fields are left out. */
export function searchTraces(store: TraceStore, { query, start, end, limit, spansPerSpanset }: Search): object {
  const comparisons = listFilters(query).flatMap((condition) => listComparisons(condition));
  const traces: object[] = [];
  let inspected = 0;
  for (const id of store.findBetween(start, end, findNeedles(query))) {
    if (traces.length >= limit) break;
    const data = store.find(id);
    if (data === undefined) continue;
    const trace = buildTrace(id, data);
    inspected += store.countBytes(id);
    const found = findMatchingSpans(query, trace);
    if (found.length === 0) continue;
    const shown = spansPerSpanset === 0 ? found : found.slice(0, spansPerSpanset);
    const spanSet = { spans: shown.map((span) => formatSpan(span, trace, comparisons)), matched: found.length };
    traces.push({ ...summarizeTrace(trace), spanSet, spanSets: [spanSet], serviceStats: countSpans(trace) });
  }
  return {
    traces,
    metrics: { inspectedBytes: String(inspected), completedJobs: 1, totalJobs: 1 },
  };
}

function summarizeTrace({ id, root, start, end }: Trace): object {
  const durationMs = Number((end - start) / 1_000_000n);
  return {
    traceID: id,
    rootServiceName: root === undefined ? ROOT_NOT_RECEIVED : root.service,
    rootTraceName: root === undefined ? ROOT_NOT_RECEIVED : root.span.name,
    startTimeUnixNano: String(start),
    ...(durationMs > 0 && { durationMs }),
  };
}

function formatSpan(found: TraceSpan, trace: Trace, comparisons: readonly ComparisonField[]): object {
  const { span } = found;
  const attributes = new Map<string, object>();
  let name: string | undefined;
  for (const comparison of comparisons) {
    const { left } = comparison;
    if (left.kind !== 'attribute' && left.kind !== 'intrinsic') continue;
    if (left.kind === 'intrinsic' && left.name === 'name') name = span.name;
    const shown =
      left.kind === 'attribute' || left.name === 'status' || left.name === 'kind' || left.name === 'statusMessage';
    if (shown && isTrue(evaluateField(comparison, found, trace))) {
      attributes.set(left.name, { key: left.name, value: formatStatic(evaluateField(left, found, trace)) });
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

function countSpans({ spans }: Trace): object {
  const services = Map.groupBy(spans, ({ service }) => service);
  return Object.fromEntries(
    [...services].map(([service, held]) => {
      const errorCount = held.filter(({ span }) => span.status?.code === 2).length;
      return [service, { spanCount: held.length, ...(errorCount > 0 && { errorCount }) }];
    }),
  );
}
