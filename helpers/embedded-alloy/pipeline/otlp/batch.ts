import { DecodeError, type Message } from '../../../otlp/message.ts';
import { LogsData, MetricsData, TracesData } from '../../../otlp/schema.ts';
import type { OtlpBatch, Signal } from '../../schema/capsules.ts';
import { countLogRecords, countMetricPoints, countSpans } from './count.ts';
import { parseJson } from './json-text.ts';
import type { SignalData } from './signals.ts';
import { splitLogs, splitMetrics, splitTraces } from './split.ts';

type Format<S extends Signal> = {
  readonly codec: Message<SignalData[S]>;
  readonly count: (data: SignalData[S]) => number;
  readonly split: (data: SignalData[S], maxItems: number) => SignalData[S][];
};

const formats: { readonly [S in Signal]: Format<S> } = {
  traces: { codec: TracesData, count: countSpans, split: splitTraces },
  metrics: { codec: MetricsData, count: countMetricPoints, split: splitMetrics },
  logs: { codec: LogsData, count: countLogRecords, split: splitLogs },
};

/**
 * Makes a batch of a protobuf body. @throws DecodeError with Go's `unexpected EOF` if it is truncated, otherwise with
 * the reason
 */
export function readProtobufBatch(signal: Signal, body: Uint8Array): OtlpBatch {
  try {
    return { signal, items: countItems(signal, body), body };
  } catch (error) {
    throw isTruncated(error) ? new DecodeError('unexpected EOF') : error;
  }
}

/** Whether a protobuf message is truncated, for which Go has its own message. */
export function isTruncated(error: unknown): boolean {
  return error instanceof DecodeError && error.problem === 'truncated';
}

/** Makes a batch of an OTLP/JSON body. @throws DecodeError with the position and reason, as in Alloy */
export function readJsonBatch<S extends Signal>(signal: S, text: string): OtlpBatch {
  const format: Format<S> = formats[signal];
  return encodeBatch(signal, parseJson(text, format.codec.fromJson));
}

/** Decodes the data of a batch. */
export function decodeBatch<S extends Signal>(signal: S, batch: OtlpBatch): SignalData[S] {
  return formats[signal].codec.decode(batch.body);
}

/** Encodes `data` as a batch. */
export function encodeBatch<S extends Signal>(signal: S, data: SignalData[S]): OtlpBatch {
  const format: Format<S> = formats[signal];
  return { signal, items: format.count(data), body: format.codec.encode(data) };
}

/** Formats a batch as OTLP/JSON. */
export function formatJson(batch: OtlpBatch): string {
  return printJson(batch.signal, batch.body);
}

/** Joins batches of one signal in order. There must be at least one. */
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

/** Splits a batch into parts of at most `maxItems` items. Each part repeats the resource and scope of its items. */
export function splitBatch(batch: OtlpBatch, maxItems: number): readonly OtlpBatch[] {
  return batch.items <= maxItems ? [batch] : splitBody(batch.signal, batch.body, maxItems);
}

function countItems<S extends Signal>(signal: S, body: Uint8Array): number {
  const format: Format<S> = formats[signal];
  return format.count(format.codec.decode(body));
}

function printJson<S extends Signal>(signal: S, body: Uint8Array): string {
  const format: Format<S> = formats[signal];
  return JSON.stringify(format.codec.toJson(format.codec.decode(body)));
}

function splitBody<S extends Signal>(signal: S, body: Uint8Array, maxItems: number): OtlpBatch[] {
  const format: Format<S> = formats[signal];
  return format.split(format.codec.decode(body), maxItems).map((data) => encodeBatch(signal, data));
}
