import { buildLabelsKey, filterLabels, type Labels, METRIC_NAME } from '../../store/labels.ts';
import type { Samples } from '../../store/read-series.ts';
import { QueryError } from '../language/query-error.ts';

/** One series at the time of evaluation. `time` is the sample's own (milliseconds), present if the value is a sample. */
export type VectorSample = { readonly labels: Labels; readonly value: number; readonly time?: number };

/** One series over a window. */
export type RangeSeries = { readonly labels: Labels; readonly samples: Samples };

/** The value of an expression at one time. */
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

/** The number of a scalar; NaN for any other value. */
export function readScalar(value: Value | undefined): number {
  return value?.type === 'scalar' ? value.value : Number.NaN;
}

/** The samples of an instant vector; none for any other value. */
export function readVector(value: Value | undefined): readonly VectorSample[] {
  return value?.type === 'instant vector' ? value.samples : [];
}

/** A vector. Throws {@link QueryError} if two of its samples have the same labels. */
export function createVector(samples: readonly VectorSample[]): Value {
  const seen = new Set<string>();
  for (const { labels } of samples) {
    const key = buildLabelsKey(labels);
    if (seen.has(key)) throw new QueryError('vector cannot contain metrics with the same labelset', 'execution');
    seen.add(key);
  }
  return { type: 'instant vector', samples };
}

/** The labels without the metric's name, for a result that the name no longer describes. */
export function dropName(labels: Labels): Labels {
  return filterLabels(labels, (name) => name !== METRIC_NAME);
}
