import { unsnappyBounded } from '../../otlp/compression.ts';
import { DecodeError } from '../../otlp/message.ts';
import { buildLabels, type Labels } from '../store/labels.ts';
import type { Series, SeriesStore } from '../store/series.ts';
import { refuseLabels, refuseOutcome, refuseTime, type SeriesRefusal } from './validate-series.ts';
import { createWireReader } from './wire-reader.ts';

/** What happened to a push. */
export type RemoteWriteResult = {
  readonly received: number;
  /** Samples and series that were not stored, by reason, with the hosted service's names. */
  readonly discarded: ReadonlyMap<string, number>;
  /** The message about the first one that was not stored. */
  readonly problem?: string;
};

const STALE_LOW = 2;
const STALE_HIGH = 0x7ff00000;
const NATIVE_HISTOGRAM = {
  reason: 'native_histogram',
  message: 'the mock Grafana Cloud does not keep native histograms; a real Prometheus does',
};

/**
 * Stores the series of a remote write 1.0 body (snappy-compressed `prometheus.WriteRequest`). Decoded by hand because it
 * is the one message that comes in bulk: a known series is found by the bytes of its labels, without reading them.
 * Metadata, exemplars and native histograms are skipped; the latter count as discarded. `now` (milliseconds) decides which
 * samples are too old or ahead. Throws {@link DecodeError} for a malformed body; what precedes the fault may have been
 * stored.
 */
export function storeRemoteWrite(body: Uint8Array, store: SeriesStore, now: number): RemoteWriteResult {
  const bytes = unsnappyBounded(body);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = createWireReader(bytes);
  const discarded = new Map<string, number>();
  let problem: string | undefined;
  let received = 0;

  const discard = ({ reason, message }: SeriesRefusal) => {
    discarded.set(reason, (discarded.get(reason) ?? 0) + 1);
    problem ??= message;
  };

  while (!reader.atEnd(bytes.length)) {
    const tag = reader.varint();
    if (tag !== 0x0a) {
      reader.skip(tag, bytes.length);
      continue;
    }
    readSeries(reader.delimited(bytes.length));
  }
  return { received, discarded, ...(problem !== undefined && { problem }) };

  function readSeries(end: number): void {
    const labelsStart = reader.position();
    while (reader.peekIs(0x0a, end)) reader.skip(reader.varint(), end);
    const labelsEnd = reader.position();
    let series: Series | undefined;
    let isUnusable = false;
    while (!reader.atEnd(end)) {
      const tag = reader.varint();
      if (tag === 0x0a) throw new DecodeError('TimeSeries: labels after samples');
      if (tag === 0x22) discard(NATIVE_HISTOGRAM);
      if (tag !== 0x12) {
        reader.skip(tag, end);
        continue;
      }
      const sample = readSample(reader.delimited(end));
      received++;
      if (isUnusable) continue;
      series ??= findSeries(labelsStart, labelsEnd);
      if (series === undefined) {
        isUnusable = true;
        continue;
      }
      const { time, value, stale } = sample;
      const untimely = refuseTime(time, now, series.labels);
      const refusal = untimely ?? refuseOutcome(store.append(series, time, value, stale), time, series.labels);
      if (refusal !== undefined) discard(refusal);
    }
  }

  function readSample(end: number): { value: number; time: number; stale: boolean } {
    let value = 0;
    let time = 0;
    let stale = false;
    while (!reader.atEnd(end)) {
      const tag = reader.varint();
      if (tag === 0x09) {
        const at = reader.fixed64(end);
        value = reader.view.getFloat64(at, true);
        stale =
          Number.isNaN(value) &&
          reader.view.getUint32(at, true) === STALE_LOW &&
          reader.view.getUint32(at + 4, true) === STALE_HIGH;
      } else if (tag === 0x10) time = reader.int64();
      else reader.skip(tag, end);
    }
    return { value, time, stale };
  }

  function findSeries(from: number, to: number): Series | undefined {
    const key = buffer.toString('latin1', from, to);
    const known = store.findByWireKey(key);
    if (known !== undefined) return known;
    const labels = readLabels(from, to);
    if (labels === undefined) return undefined;
    const series = store.resolve(labels);
    store.rememberWireKey(series, key);
    return series;
  }

  /** Reads labels in any order. Returns undefined and discards them if they are not those of a series. */
  function readLabels(from: number, to: number): Labels | undefined {
    const labels = createWireReader(bytes.subarray(from, to));
    const pairs: [string, string][] = [];
    while (!labels.atEnd(to - from)) {
      labels.varint();
      const end = labels.delimited(to - from);
      const pair: [string, string] = ['', ''];
      while (!labels.atEnd(end)) {
        const tag = labels.varint();
        if (tag === 0x0a) pair[0] = labels.text(end);
        else if (tag === 0x12) pair[1] = labels.text(end);
        else labels.skip(tag, end);
      }
      pairs.push(pair);
    }
    const sorted = buildLabels(pairs);
    const refusal = refuseLabels(pairs, sorted);
    if (refusal === undefined) return sorted;
    discard(refusal);
    return undefined;
  }
}
