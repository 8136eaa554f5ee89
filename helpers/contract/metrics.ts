import { createRandom } from './random.ts';

/** The metrics of a data set as an OTLP export in JSON, and the number of their series. */
export type MetricData = { readonly body: string; readonly series: number };

/** Samples are this far apart. */
const SAMPLE_INTERVAL_MS = 5000;
const SAMPLES = 12;
const NANOS_PER_MILLI = 1_000_000n;
const SERIES = [
  { path: '/a', code: '200', zone: 'x' },
  { path: '/a', code: '500', zone: 'x' },
  { path: '/b', code: '200', zone: 'x' },
  { path: '/b', code: '200', zone: 'y' },
  { path: '/c', zone: 'y' },
];

/** The names of the metrics of a data set, which no other data set has: a gauge and a counter. */
export function nameMetrics(baseMs: number): { readonly gauge: string; readonly counter: string } {
  return { gauge: `contract_${baseMs / 1000}_load`, counter: `contract_${baseMs / 1000}_requests_total` };
}

/** Builds random samples: gauges that go up and down, and counters that restart now and then. Some series begin late. */
export function buildMetrics(seed: number, baseMs: number): MetricData {
  const random = createRandom(seed);
  const { gauge, counter } = nameMetrics(baseMs);
  const points = (next: (last: number) => number) =>
    SERIES.flatMap((attributes) => {
      const first = random.chance(0.3) ? random.int(1, 4) : 0;
      let last = random.int(0, 5);
      return Array.from({ length: SAMPLES - first }, (_, index) => {
        last = next(last);
        const time = BigInt(baseMs + (first + index) * SAMPLE_INTERVAL_MS) * NANOS_PER_MILLI;
        return { attributes: toKeyValues(attributes), timeUnixNano: String(time), asDouble: last };
      });
    });
  const metrics = [
    { name: gauge, gauge: { dataPoints: points(() => random.pick([-2, 0, 0.5, 1, 2.25, 7])) } },
    {
      name: counter,
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: points((last) => (random.chance(0.1) ? 0 : last + random.int(0, 4))),
      },
    },
  ];
  // Without a resource: which of its attributes become labels is for each Prometheus to configure.
  return {
    body: JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }),
    series: 2 * SERIES.length,
  };
}

function toKeyValues(values: Readonly<Record<string, string>>): object[] {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
