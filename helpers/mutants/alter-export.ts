import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { compress } from 'snappyjs';
import { gunzipBounded, unsnappyBounded } from '../otlp/compression.ts';
import type { Message } from '../otlp/message.ts';
import { WriteRequest } from '../otlp/remote-write.ts';
import { LogsData, MetricsData, TracesData } from '../otlp/schema.ts';

const gzipAsync = promisify(gzip);

/** What Alloy sends to the backend: the signals of OTLP, and the samples of remote write. */
export type Signal = 'traces' | 'metrics' | 'logs' | 'samples';

/** How what is passed on differs from what came. */
export type Alteration =
  /** All times are this many milliseconds later. */
  | { readonly shiftMs: number }
  /** Spans have no parents; items have no attributes, or series not the label of this name. */
  | { readonly strips: 'parents' | 'attributes' | { readonly label: string } }
  /** Of the items, each so many-th is missing. */
  | { readonly losesOneIn: number };

const MESSAGES = {
  traces: TracesData,
  metrics: MetricsData,
  logs: LogsData,
} as const satisfies Readonly<Record<Exclude<Signal, 'samples'>, unknown>>;

/** The body of an export with an alteration, compressed as it was: gzip or not for OTLP, snappy for remote write. */
export async function alterExport(signal: Signal, body: Buffer, alteration: Alteration): Promise<Buffer> {
  if (signal === 'samples') {
    const request = WriteRequest.decode(unsnappyBounded(body));
    return Buffer.from(compress(WriteRequest.encode(alter(request, alteration))));
  }
  const message = MESSAGES[signal] as Message<object>;
  const isZipped = body[0] === 0x1f && body[1] === 0x8b;
  const altered = message.encode(alter(message.decode(isZipped ? await gunzipBounded(body) : body), alteration));
  return isZipped ? await gzipAsync(altered) : Buffer.from(altered);
}

/** The lists of items: spans, data points, log records, and series. */
const ITEMS = /^(?:spans|dataPoints|logRecords|timeseries)$/;

function alter<T>(value: T, alteration: Alteration): T {
  if (Array.isArray(value)) return value.map((one) => alter(one, alteration)) as T;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  // Items have times; resources and scopes have attributes as well.
  const isItem = 'timeUnixNano' in value || 'startTimeUnixNano' in value;
  const entries = Object.entries(value).map(([key, held]) => {
    if ('shiftMs' in alteration) {
      if (/UnixNano$/.test(key) && held !== 0n) return [key, held + BigInt(alteration.shiftMs) * 1_000_000n];
      if (key === 'timestamp') return [key, held + BigInt(alteration.shiftMs)];
    } else if ('losesOneIn' in alteration) {
      if (ITEMS.test(key)) {
        const kept = held.filter((_: unknown, n: number) => (n + 1) % alteration.losesOneIn !== 0);
        return [key, alter(kept, alteration)];
      }
    } else {
      const { strips } = alteration;
      if (strips === 'parents' && key === 'parentSpanId') return [key, ''];
      if (strips === 'attributes' && key === 'attributes' && isItem) return [key, []];
      if (typeof strips === 'object' && key === 'labels') {
        return [key, held.filter(({ name }: { name: string }) => name !== strips.label)];
      }
    }
    return [key, alter(held, alteration)];
  });
  return Object.fromEntries(entries) as T;
}
