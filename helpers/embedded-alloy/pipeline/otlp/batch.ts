import { DecodeError, type Message } from '../../../otlp/message.ts';
import { LogsData, MetricsData, TracesData } from '../../../otlp/schema.ts';
import { countLogRecords, countMetricPoints, countSpans } from './count.ts';
import { parseJson } from './json-text.ts';
import { type DataOf, SIGNALS, type Signal } from './signals.ts';
import { splitLogs, splitMetrics, splitTraces } from './split.ts';

/**
 * OTLP data on its way between `otelcol.*` components. It travels as the protobuf body that it arrived in, checked once:
 * bodies of one signal are joined by putting their bytes one after the other, and held at a tenth of the size of objects.
 */
export type OtlpBatch = {
  readonly signal: Signal;
  /** Spans, metric points or log records. */
  readonly items: number;
  readonly body: Uint8Array;
};

type Format<S extends Signal> = {
  readonly codec: Message<DataOf[S]>;
  readonly count: (data: DataOf[S]) => number;
  readonly split: (data: DataOf[S], largest: number) => DataOf[S][];
};

const formats: { readonly [S in Signal]: Format<S> } = {
  traces: { codec: TracesData, count: countSpans, split: splitTraces },
  metrics: { codec: MetricsData, count: countMetricPoints, split: splitMetrics },
  logs: { codec: LogsData, count: countLogRecords, split: splitLogs },
};

/** Takes a protobuf body as it is. @throws DecodeError with Go's `unexpected EOF` where it is cut, else with the reason. */
export function batchOfProtobuf(signal: Signal, body: Uint8Array): OtlpBatch {
  try {
    return { signal, items: countItems(signal, body), body };
  } catch (error) {
    throw cutOff(error) ? new DecodeError('unexpected EOF') : error;
  }
}

/** Whether a protobuf message could not be read because it ends too early, for which Go has words of its own. */
export function cutOff(error: unknown): boolean {
  return error instanceof DecodeError && /premature EOF|unexpected EOF|out of bounds|overrun/i.test(error.message);
}

/** Reads an OTLP/JSON body. @throws DecodeError that says where and why, as the real receiver's parser does. */
export function batchOfJson(signal: Signal, text: string): OtlpBatch {
  return encodeJson(signal, text);
}

/** The data that a batch holds. */
export function dataOf<S extends Signal>(signal: S, batch: OtlpBatch): DataOf[S] {
  return formats[signal].codec.decode(batch.body);
}

/** A batch that holds `data`. */
export function batchOf<S extends Signal>(signal: S, data: DataOf[S]): OtlpBatch {
  const format: Format<S> = formats[signal];
  return { signal, items: format.count(data), body: format.codec.encode(data) };
}

/** The OTLP/JSON text of a batch. */
export function jsonOf(batch: OtlpBatch): string {
  return printJson(batch.signal, batch.body);
}

/** One batch with everything that `batches` hold, in their order; they must be of one signal and at least one. */
export function joinBatches(batches: readonly OtlpBatch[]): OtlpBatch {
  const [first] = batches;
  if (first === undefined) {
    throw new RangeError('no batches to join');
  }
  if (batches.length === 1) {
    return first;
  }
  const items = batches.reduce((sum, batch) => sum + batch.items, 0);
  return { signal: first.signal, items, body: Buffer.concat(batches.map((batch) => batch.body)) };
}

/** Cuts a batch into parts of at most `largest` items each; each part repeats the resource and scope of its items. */
export function splitBatch(batch: OtlpBatch, largest: number): readonly OtlpBatch[] {
  return batch.items <= largest ? [batch] : splitBody(batch.signal, batch.body, largest);
}

/** What the items of a signal are called in metric names: `spans`, `metric_points`, `log_records`. */
export function itemsOf(signal: Signal): 'spans' | 'metric_points' | 'log_records' {
  return SIGNALS[signal].items;
}

function countItems<S extends Signal>(signal: S, body: Uint8Array): number {
  const format: Format<S> = formats[signal];
  return format.count(format.codec.decode(body));
}

function encodeJson<S extends Signal>(signal: S, text: string): OtlpBatch {
  const format: Format<S> = formats[signal];
  return batchOf(signal, parseJson(text, format.codec.fromJson));
}

function printJson<S extends Signal>(signal: S, body: Uint8Array): string {
  const format: Format<S> = formats[signal];
  return JSON.stringify(format.codec.toJson(format.codec.decode(body)));
}

function splitBody<S extends Signal>(signal: S, body: Uint8Array, largest: number): OtlpBatch[] {
  const format: Format<S> = formats[signal];
  return format.split(format.codec.decode(body), largest).map((data) => batchOf(signal, data));
}
