/** Prometheus remote write 1.0: `prometheus.WriteRequest` by field number (the specification's "Protocol" section). */
import { type Field, message } from './message.ts';

/** `timestamp` is in milliseconds since the epoch; a stale marker is the NaN with the bits of {@link STALE_NAN}. */
export type Sample = { value: number; timestamp: bigint };
export type Label = { name: string; value: string };
/** Labels are sorted by name and unique; `__name__` is one of them. Exemplars and native histograms are not read. */
export type TimeSeries = { labels: Label[]; samples: Sample[] };
export type WriteRequest = { timeseries: TimeSeries[] };

/** The bits of the NaN that marks a series as stale. */
export const STALE_NAN = 0x7ff0000000000002n;

const string = (no: number): Field => ({ no, type: 'string' });

const Label = message<Label>('Label', { name: string(1), value: string(2) });
const Sample = message<Sample>('Sample', { value: { no: 1, type: 'double' }, timestamp: { no: 2, type: 'int64' } });
const TimeSeries = message<TimeSeries>('TimeSeries', {
  labels: { no: 1, type: { message: () => Label }, repeated: true },
  samples: { no: 2, type: { message: () => Sample }, repeated: true },
});
/** The body of `POST /api/prom/push`, before snappy. */
export const WriteRequest = message<WriteRequest>('WriteRequest', {
  timeseries: { no: 1, type: { message: () => TimeSeries }, repeated: true },
});
