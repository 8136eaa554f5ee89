import type { RangeSeries, Value } from '../query/promql/value.ts';
import { buildLabelsObject } from '../store/labels.ts';

/** The shortest decimal that reads back as the same value, with exponents as JavaScript writes them. */
function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The `data` of an instant query's answer (Prometheus HTTP API, "Expression query result formats"); times in seconds. */
export function formatInstantData(value: Value, time: number): { resultType: string; result: unknown } {
  const seconds = time / 1000;
  switch (value.type) {
    case 'scalar':
      return { resultType: 'scalar', result: [seconds, formatValue(value.value)] };
    case 'string':
      return { resultType: 'string', result: [seconds, value.value] };
    case 'instant vector': {
      const result = value.samples.map((sample) => ({
        metric: buildLabelsObject(sample.labels),
        value: [seconds, formatValue(sample.value)],
      }));
      return { resultType: 'vector', result };
    }
    case 'range vector':
      return formatMatrixData(value.series);
  }
}

/** The `data` of a range query's answer. */
export function formatMatrixData(series: readonly RangeSeries[]): { resultType: 'matrix'; result: unknown } {
  const result = series.map(({ labels, samples: { times, values } }) => ({
    metric: buildLabelsObject(labels),
    values: times.map((time, index) => [time / 1000, formatValue(values[index] ?? Number.NaN)]),
  }));
  return { resultType: 'matrix', result };
}
