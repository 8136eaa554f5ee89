import type { TraceId } from '../../otlp/ids.ts';
import type { Span, TracesData } from '../../otlp/schema.ts';
import { TracesData as TracesMessage } from '../../otlp/schema.ts';
import type { Evictable, Memory } from './memory.ts';

/** The spans of one export, kept as the bytes in which they came: decoded they would take ten times the memory. */
type Batch = { readonly bytes: Buffer; readonly spans: number; readonly traces: readonly TraceId[] };

/** Times are milliseconds since the epoch. */
type Trace = { readonly batches: Set<Batch>; start: number; end: number };

/** All traces, by ID. */
export type TraceStore = Evictable & {
  /** Stores an export; `bytes` is its protobuf encoding, `data` what was read from it. */
  readonly add: (bytes: Uint8Array, data: TracesData) => void;
  /** What came of a trace, in the order of arrival; undefined where nothing did. */
  readonly byId: (id: TraceId) => TracesData | undefined;
  /**
   * The traces that lie in part between two times (milliseconds since the epoch), the newest first; only those in whose
   * exports each of the needles occurs, which spares decoding the others.
   */
  readonly between: (start: number, end: number, needles: readonly string[]) => readonly TraceId[];
  /** The bytes of the exports in which a trace came. */
  readonly bytesOf: (id: TraceId) => number;
  readonly size: () => number;
};

/** What an export and a trace cost beside the bytes, measured. */
const BYTES_PER_BATCH = 640;
const BYTES_PER_TRACE = 560;
/** Spans kept decoded, so that polling for a trace decodes it once. */
const MOST_DECODED = 10_000;

/** An empty store whose data count against `memory`. */
export function traceStore(memory: Memory): TraceStore {
  const traces = new Map<TraceId, Trace>();
  const batches = new Map<number, Batch[]>();
  const decoded = new Map<Batch, ReadonlyMap<TraceId, TracesData>>();
  let decodedSpans = 0;

  const store: TraceStore = {
    signal: 'spans',
    add(bytes, data) {
      const extents = extentsOf(data);
      const batch: Batch = { bytes: exactCopy(bytes), spans: countSpans(data), traces: [...extents.keys()] };
      for (const [id, { start, end }] of extents) {
        const trace = traces.get(id) ?? { batches: new Set(), start, end };
        trace.batches.add(batch);
        trace.start = Math.min(trace.start, start);
        trace.end = Math.max(trace.end, end);
        traces.set(id, trace);
      }
      const generation = memory.generation();
      const together = batches.get(generation) ?? [];
      together.push(batch);
      batches.set(generation, together);
      memory.charge(batch.bytes.length + BYTES_PER_BATCH + extents.size * BYTES_PER_TRACE);
    },
    byId(id) {
      const trace = traces.get(id);
      if (trace === undefined) return undefined;
      return { resourceSpans: [...trace.batches].flatMap((batch) => read(batch).get(id)?.resourceSpans ?? []) };
    },
    between(start, end, needles) {
      const mentions = needles.map((needle) => occurrence(needle));
      const found: { id: TraceId; start: number }[] = [];
      for (const [id, trace] of traces) {
        if (trace.start > end || trace.end < start) continue;
        const held = [...trace.batches];
        if (mentions.every((mentioned) => held.some(mentioned))) found.push({ id, start: trace.start });
      }
      return found.sort((a, b) => b.start - a.start).map(({ id }) => id);
    },
    bytesOf(id) {
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
    if (batch.spans > MOST_DECODED) return data;
    decoded.set(batch, data);
    decodedSpans += batch.spans;
    for (const old of decoded.keys()) {
      if (decodedSpans <= MOST_DECODED) break;
      decoded.delete(old);
      decodedSpans -= old.spans;
    }
    return data;
  }
}

/** Whether a text occurs in a batch, looked up once for each batch. */
function occurrence(text: string): (batch: Batch) => boolean {
  const known = new Map<Batch, boolean>();
  return (batch) => {
    const occurs = known.get(batch) ?? batch.bytes.includes(text);
    known.set(batch, occurs);
    return occurs;
  };
}

/** Buffers of a socket are parts of larger ones, which they would keep alive. */
function exactCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

function spansOf(data: TracesData): Span[] {
  return data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

function countSpans(data: TracesData): number {
  let count = 0;
  for (const { scopeSpans } of data.resourceSpans) for (const { spans } of scopeSpans) count += spans.length;
  return count;
}

/** First start and last end of each trace's spans, in milliseconds. */
function extentsOf(data: TracesData): Map<TraceId, { start: number; end: number }> {
  const extents = new Map<TraceId, { start: number; end: number }>();
  for (const span of spansOf(data)) {
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

/** The same spans under the same resources and scopes, trace by trace. */
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
