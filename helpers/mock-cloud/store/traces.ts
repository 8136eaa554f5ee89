import type { TraceId } from '../../otlp/ids.ts';
import { type Span, type TracesData, TracesData as TracesMessage } from '../../otlp/schema.ts';
import type { Evictable, Memory } from './memory.ts';

/** The spans of one export, stored as the bytes that arrived: decoded they would take ten times the memory. */
type Batch = { readonly bytes: Buffer; readonly spans: number; readonly traces: readonly TraceId[] };

/** Times are milliseconds since the epoch. */
type Trace = { readonly batches: Set<Batch>; start: number; end: number };

/** All traces, by ID. */
export type TraceStore = Evictable & {
  /** Stores an export: its protobuf encoding and what was decoded from it. */
  readonly add: (bytes: Uint8Array, data: TracesData) => void;
  /** What arrived of a trace, in the order of arrival; undefined if nothing did. */
  readonly find: (id: TraceId) => TracesData | undefined;
  /**
   * The traces that overlap two times (milliseconds since the epoch), the newest first. Traces whose exports don't contain
   * every one of the needles are left out without being decoded.
   */
  readonly findBetween: (start: number, end: number, needles: readonly string[]) => readonly TraceId[];
  /** The total size of the exports with spans of a trace. */
  readonly countBytes: (id: TraceId) => number;
  readonly size: () => number;
};

/** What an export and a trace take in addition to the bytes, measured. */
const BYTES_PER_BATCH = 640;
const BYTES_PER_TRACE = 560;
/** How many spans are kept decoded, so that polling for a trace decodes it once. */
const MAX_DECODED_SPANS = 10_000;

/** An empty store whose data count towards `memory`. */
export function createTraceStore(memory: Memory): TraceStore {
  const traces = new Map<TraceId, Trace>();
  const batches = new Map<number, Batch[]>();
  const decoded = new Map<Batch, ReadonlyMap<TraceId, TracesData>>();
  let decodedSpans = 0;

  const store: TraceStore = {
    signal: 'spans',
    add(bytes, data) {
      const spans = listSpans(data);
      const extents = measureExtents(spans);
      const batch: Batch = { bytes: copyExactly(bytes), spans: spans.length, traces: [...extents.keys()] };
      for (const [id, { start, end }] of extents) {
        const trace = traces.get(id) ?? { batches: new Set(), start, end };
        trace.batches.add(batch);
        trace.start = Math.min(trace.start, start);
        trace.end = Math.max(trace.end, end);
        traces.set(id, trace);
      }
      const generation = memory.generation();
      const group = batches.get(generation) ?? [];
      group.push(batch);
      batches.set(generation, group);
      memory.charge(batch.bytes.length + BYTES_PER_BATCH + extents.size * BYTES_PER_TRACE);
    },
    find(id) {
      const trace = traces.get(id);
      if (trace === undefined) return undefined;
      return { resourceSpans: [...trace.batches].flatMap((batch) => read(batch).get(id)?.resourceSpans ?? []) };
    },
    findBetween(start, end, needles) {
      const searches = needles.map((needle) => createBatchSearch(needle));
      const found: { id: TraceId; start: number }[] = [];
      for (const [id, trace] of traces) {
        if (trace.start > end || trace.end < start) continue;
        const held = [...trace.batches];
        if (searches.every((contains) => held.some(contains))) found.push({ id, start: trace.start });
      }
      return found.sort((a, b) => b.start - a.start).map(({ id }) => id);
    },
    countBytes(id) {
      let total = 0;
      for (const { bytes } of traces.get(id)?.batches ?? []) total += bytes.length;
      return total;
    },
    size: () => traces.size,
    drop(generation) {
      let dropped = 0;
      for (const batch of batches.get(generation) ?? []) {
        dropped += batch.spans;
        if (decoded.delete(batch)) decodedSpans -= batch.spans;
        for (const id of batch.traces) {
          const trace = traces.get(id);
          trace?.batches.delete(batch);
          if (trace?.batches.size === 0) traces.delete(id);
        }
      }
      batches.delete(generation);
      return dropped;
    },
  };
  memory.add(store);
  return store;

  function read(batch: Batch): ReadonlyMap<TraceId, TracesData> {
    const known = decoded.get(batch);
    if (known !== undefined) return known;
    const data = splitByTrace(TracesMessage.decode(batch.bytes));
    if (batch.spans > MAX_DECODED_SPANS) return data;
    decoded.set(batch, data);
    decodedSpans += batch.spans;
    for (const old of decoded.keys()) {
      if (decodedSpans <= MAX_DECODED_SPANS) break;
      decoded.delete(old);
      decodedSpans -= old.spans;
    }
    return data;
  }
}

/** Returns whether a batch contains a text; searches each batch once. */
function createBatchSearch(text: string): (batch: Batch) => boolean {
  const known = new Map<Batch, boolean>();
  return (batch) => {
    const isFound = known.get(batch) ?? batch.bytes.includes(text);
    known.set(batch, isFound);
    return isFound;
  };
}

/** The buffers of a socket are parts of larger ones, which a reference would keep alive. */
function copyExactly(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/** The spans of an export. */
export function listSpans(data: TracesData): Span[] {
  return data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** The first start and last end of each trace's spans, in milliseconds. */
function measureExtents(spans: readonly Span[]): Map<TraceId, { start: number; end: number }> {
  const extents = new Map<TraceId, { start: number; end: number }>();
  for (const span of spans) {
    const start = Number(span.startTimeUnixNano / 1_000_000n);
    const end = Number(span.endTimeUnixNano / 1_000_000n);
    const known = extents.get(span.traceId);
    if (known === undefined) extents.set(span.traceId, { start, end });
    else {
      known.start = Math.min(known.start, start);
      known.end = Math.max(known.end, end);
    }
  }
  return extents;
}

/** The spans of each trace, under the same resources and scopes. */
function splitByTrace(data: TracesData): Map<TraceId, TracesData> {
  const traces = new Map<TraceId, TracesData>();
  for (const resource of data.resourceSpans) {
    for (const scope of resource.scopeSpans) {
      for (const [id, spans] of Map.groupBy(scope.spans, ({ traceId }) => traceId)) {
        const trace = traces.get(id) ?? { resourceSpans: [] };
        traces.set(id, trace);
        const last = trace.resourceSpans.at(-1);
        if (last !== undefined && last.resource === resource.resource) last.scopeSpans.push({ ...scope, spans });
        else trace.resourceSpans.push({ ...resource, scopeSpans: [{ ...scope, spans }] });
      }
    }
  }
  return traces;
}
