import { unsnappyBounded } from '../../otlp/compression.ts';
import { DecodeError } from '../../otlp/message.ts';
import type { Labels } from '../store/labels.ts';
import { labelsFrom, labelValue, METRIC_NAME, seriesText } from '../store/labels.ts';
import type { Appended, Series, SeriesStore } from '../store/series.ts';
import { wireReader } from './wire-reader.ts';

/** What became of a push. */
export type Pushed = {
  readonly received: number;
  readonly stored: number;
  /** Samples and series that were not taken, by reason as the hosted service counts them. */
  readonly discarded: ReadonlyMap<string, number>;
  /** The message about the first that was not taken. */
  readonly problem?: string;
};

const STALE_LOW = 2;
const STALE_HIGH = 0x7ff00000;

/**
 * Stores the series of a remote write 1.0 body (snappy-compressed `prometheus.WriteRequest`). Written by hand for the one
 * message that comes in bulk: a series is found by the bytes of its labels, without reading them, when it was seen before.
 * Metadata, exemplars and native histograms are skipped, the last counted as discarded. Throws {@link DecodeError} on a
 * body that is malformed; what stood before the fault may have been stored.
 */
export function storePush(body: Uint8Array, store: SeriesStore): Pushed {
  const bytes = unsnappyBounded(body);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = wireReader(bytes);
  const discarded = new Map<string, number>();
  let problem: string | undefined;
  let received = 0;
  let stored = 0;

  const discard = (reason: string, message: string) => {
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
  return { received, stored, discarded, ...(problem !== undefined && { problem }) };

  function readSeries(end: number): void {
    const labelsStart = reader.position();
    while (reader.peekIs(0x0a, end)) reader.skip(reader.varint(), end);
    const labelsEnd = reader.position();
    let series: Series | undefined;
    let unusable = false;
    while (!reader.atEnd(end)) {
      const tag = reader.varint();
      if (tag === 0x0a) throw new DecodeError('TimeSeries: labels after samples');
      if (tag === 0x22)
        discard('native_histogram', 'native histograms are not kept by the mock; a real Prometheus does');
      if (tag !== 0x12) {
        reader.skip(tag, end);
        continue;
      }
      const sample = readSample(reader.delimited(end));
      received++;
      if (unusable) continue;
      series ??= find(labelsStart, labelsEnd);
      if (series === undefined) {
        unusable = true;
        continue;
      }
      const appended = store.append(series, sample.time, sample.value, sample.stale);
      if (appended === 'stored') stored++;
      else if (appended !== 'duplicate') discard(...refusal(appended, sample.time, series.labels));
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

  function find(from: number, to: number): Series | undefined {
    const key = buffer.toString('latin1', from, to);
    const known = store.byWireKey(key);
    if (known !== undefined) return known;
    const labels = readLabels(from, to);
    if (labels === undefined) return undefined;
    const series = store.resolve(labels);
    store.rememberWireKey(series, key);
    return series;
  }

  /** The labels, which need not be sorted; undefined and discarded where they are not those of a series. */
  function readLabels(from: number, to: number): Labels | undefined {
    const labels = wireReader(bytes.subarray(from, to));
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
    const sorted = labelsFrom(pairs);
    if (labelValue(sorted, METRIC_NAME) === '') {
      discard('missing_metric_name', 'received series has no metric name (err-mimir-missing-metric-name)');
      return undefined;
    }
    const names = pairs.map(([name]) => name);
    const wrong = pairs.find(([name, value]) => name === '' || name.includes('\0') || value.includes('\0'))?.[0];
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (wrong !== undefined) {
      discard('label_invalid', `received a series with an invalid label: '${wrong}' series: '${seriesText(sorted)}'`);
      return undefined;
    }
    if (twice !== undefined) {
      discard(
        'duplicate_label_names',
        `received a series with duplicate label name, label: '${twice}' series: '${seriesText(sorted)}' (err-mimir-duplicate-label-names)`,
      );
      return undefined;
    }
    return sorted;
  }
}

function refusal(appended: Exclude<Appended, 'stored' | 'duplicate'>, time: number, labels: Labels): [string, string] {
  const which = `The affected sample has timestamp ${new Date(time).toISOString()} and is from series ${seriesText(labels)}`;
  if (appended === 'conflict') {
    const why = 'another sample with the same timestamp, but a different value, has already been ingested';
    return [
      'new_value_for_timestamp',
      `failed pushing to ingester: the sample has been rejected because ${why} (err-mimir-sample-duplicate-timestamp). ${which}`,
    ];
  }
  const why = 'another sample with a more recent timestamp has already been ingested and this sample is beyond the';
  return [
    'sample_too_old',
    `failed pushing to ingester: the sample has been rejected because ${why} out-of-order time window of 2h (err-mimir-sample-timestamp-too-old). ${which}`,
  ];
}
