import { compress } from 'snappyjs';
import { type Field, message } from '../../../otlp/message.ts';
import { type Label, STALE_NAN } from '../../../otlp/remote-write.ts';

/** A sample that waits to be sent, with its final labels. */
export type PendingSample = {
  readonly labels: Label[];
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly stale: boolean;
};

/** A sample with the bits of its value: JavaScript does not preserve those that distinguish one NaN from another. */
type Sample = { bits: bigint; timestamp: bigint };
type TimeSeries = { labels: Label[]; samples: Sample[] };
type WriteRequest = { timeseries: TimeSeries[] };

const string = (no: number): Field => ({ no, type: 'string' });
const LabelMessage = message<Label>('Label', { name: string(1), value: string(2) });
const SampleMessage = message<Sample>('Sample', {
  bits: { no: 1, type: 'fixed64' },
  timestamp: { no: 2, type: 'int64' },
});
const TimeSeriesMessage = message<TimeSeries>('TimeSeries', {
  labels: { no: 1, type: { message: () => LabelMessage }, repeated: true },
  samples: { no: 2, type: { message: () => SampleMessage }, repeated: true },
});

/**
 * `prometheus.WriteRequest` (remote write 1.0, "Protocol") with the bits of each value: on the wire, a `double` and a
 * `fixed64` are the same.
 */
export const BitsWriteRequest = message<WriteRequest>('WriteRequest', {
  timeseries: { no: 1, type: { message: () => TimeSeriesMessage }, repeated: true },
});

const NORMAL_NAN = 0x7ff8000000000001n;
const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);

/** Encodes the body of a remote write request: a snappy block with one series per sample, as Prometheus sends it. */
export function encodeWriteRequest(samples: readonly PendingSample[]): Uint8Array {
  const timeseries = samples.map(({ labels, value, timestamp, stale }) => ({
    labels,
    samples: [{ bits: stale ? STALE_NAN : readBits(value), timestamp: BigInt(timestamp) }],
  }));
  return compress(BitsWriteRequest.encode({ timeseries }));
}

function readBits(value: number): bigint {
  if (Number.isNaN(value)) {
    return NORMAL_NAN;
  }
  double[0] = value;
  return bits[0] ?? 0n;
}
