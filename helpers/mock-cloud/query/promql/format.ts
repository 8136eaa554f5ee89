import { labelsJson } from '../../store/labels.ts';
import type { MatrixSeries } from './evaluate.ts';
import type { Value } from './value.ts';

/** A sample's value as the HTTP API writes it: the shortest decimal that reads back the same, exponents as JavaScript has. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The `data` of an instant query's answer (Prometheus HTTP API, "Expression query result formats"); times in seconds. */
export function instantData(value: Value, time: number): { resultType: string; result: unknown } {
  const seconds = time / 1000;
  switch (value.type) {
    case 'scalar':
      return { resultType: 'scalar', result: [seconds, formatValue(value.value)] };
    case 'string':
      return { resultType: 'string', result: [seconds, value.value] };
    case 'instant vector': {
      const result = value.samples.map((sample) => ({
        metric: labelsJson(sample.labels),
        value: [seconds, formatValue(sample.value)],
      }));
      return { resultType: 'vector', result };
    }
    case 'range vector':
      return matrixData(value.series);
  }
}

/** The `data` of a range query's answer. */
export function matrixData(series: readonly MatrixSeries[]): { resultType: 'matrix'; result: unknown } {
  const result = series.map(({ labels, samples: { times, values } }) => ({
    metric: labelsJson(labels),
    values: times.map((time, index) => [time / 1000, formatValue(values[index] ?? Number.NaN)]),
  }));
  return { resultType: 'matrix', result };
}
