import type { Labels } from '../../store/labels.ts';
import { labelsKey, labelsWhere, METRIC_NAME } from '../../store/labels.ts';
import type { Samples } from '../../store/read-series.ts';
import { QueryError } from '../language/query-error.ts';

/** One series at the time of evaluation; `time` is its sample's own (milliseconds), where it has one. */
export type VectorSample = { readonly labels: Labels; readonly value: number; readonly time?: number };

/** One series over a window. */
export type RangeSeries = { readonly labels: Labels; readonly samples: Samples };

/** What an expression is at one time. */
export type Value =
  | { readonly type: 'scalar'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'instant vector'; readonly samples: readonly VectorSample[] }
  | {
      readonly type: 'range vector';
      readonly series: readonly RangeSeries[];
      /** The window: (start, end], in milliseconds. */
      readonly start: number;
      readonly end: number;
    };

export function scalarOf(value: Value | undefined): number {
  return value?.type === 'scalar' ? value.value : Number.NaN;
}

export function vectorOf(value: Value | undefined): readonly VectorSample[] {
  return value?.type === 'instant vector' ? value.samples : [];
}

/** A vector; throws {@link QueryError} where two of its samples have the same labels. */
export function vector(samples: readonly VectorSample[]): Value {
  const seen = new Set<string>();
  for (const { labels } of samples) {
    const key = labelsKey(labels);
    if (seen.has(key)) throw new QueryError('execution', 'vector cannot contain metrics with the same labelset');
    seen.add(key);
  }
  return { type: 'instant vector', samples };
}

/** The labels of a result that is no longer what the metric's name says. */
export function withoutName(labels: Labels): Labels {
  return labelsWhere(labels, (name) => name !== METRIC_NAME);
}

/** A sum that keeps the digits which plain addition loses (Kahan and Neumaier), as Prometheus adds. */
export function sumOf(values: Iterable<number>): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    if (!Number.isFinite(next)) lost = 0;
    else lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}
