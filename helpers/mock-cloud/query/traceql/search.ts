import type { TraceStore } from '../../store/traces.ts';
import { findMatchingSpans } from './evaluate.ts';
import type { Attribute, Query } from './expression.ts';
import { type FetchedSpan, readShown } from './fetch.ts';
import { findNeedles } from './needles.ts';
import { formatStatic } from './static.ts';
import { buildTrace, type Trace } from './trace.ts';

/** A search; times in milliseconds since the epoch. */
export type Search = {
  readonly query: Query;
  readonly start: number;
  readonly end: number;
  /** The maximum number of traces in the answer. */
  readonly limit: number;
  /** The maximum number of spans that are listed of a trace; 0 lists all. */
  readonly spansPerSpanset: number;
};

/** Tempo's name for the root of a trace whose root span did not arrive. */
const ROOT_NOT_RECEIVED = '<root span not yet received>';
/** Intrinsics that an answer has fields for, so that they are no attributes there. */
const OWN_FIELDS = ['name', 'duration', 'traceDuration', 'rootServiceName', 'rootName', 'trace:id', 'span:id'];

/** Builds the answer of `/api/search`, the newest trace first. As in protobuf's JSON, zero and empty fields are left out. */
export function searchTraces(store: TraceStore, { query, start, end, limit, spansPerSpanset }: Search): object {
  const selected = query.flatMap((stage) => (stage.kind === 'select' ? stage.attributes : []));
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
    const spanSet = { spans: shown.map((span) => formatSpan(span, trace, selected)), matched: found.length };
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

/** A span with the attributes that were read to find it. */
function formatSpan({ span: held, entries }: FetchedSpan, trace: Trace, selected: readonly Attribute[]): object {
  const { span } = held;
  const all = [...entries, ...readShown(held, trace, selected)].filter(({ value }) => value.type !== 'nil');
  const isOwnField = (scope: string, name: string) => scope === 'intrinsic' && OWN_FIELDS.includes(name);
  const attributes = new Map(
    all
      .filter(({ scope, name }) => !isOwnField(scope, name))
      .map(({ scope, name, value }) => [`${scope} ${name}`, { key: name, value: formatStatic(value) }]),
  );
  return {
    spanID: span.spanId,
    ...(all.some(({ scope, name }) => scope === 'intrinsic' && name === 'name') && { name: span.name }),
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
