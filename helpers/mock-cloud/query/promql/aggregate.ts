import type { Labels } from '../../store/labels.ts';
import { labelsKey, labelsWhere, METRIC_NAME } from '../../store/labels.ts';
import type { AggregateOperator, LabelChoice } from './expression.ts';
import type { Value, VectorSample } from './value.ts';
import { sumOf, vector } from './value.ts';

/** One sample for each group, in the order in which the groups first appear. */
export function evaluateAggregate(
  operator: AggregateOperator,
  grouping: LabelChoice,
  samples: readonly VectorSample[],
): Value {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const { labels, value } of samples) {
    const group = groupLabels(labels, grouping);
    const key = labelsKey(group);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { labels: group, values: [value] });
    else known.values.push(value);
  }
  return vector([...groups.values()].map(({ labels, values }) => ({ labels, value: AGGREGATES[operator](values) })));
}

function groupLabels(labels: Labels, { kept, names }: LabelChoice): Labels {
  return labelsWhere(labels, (name) => (kept ? names.includes(name) : !names.includes(name) && name !== METRIC_NAME));
}

const AGGREGATES: Readonly<Record<AggregateOperator, (values: readonly number[]) => number>> = {
  sum: sumOf,
  avg: (values) => sumOf(values) / values.length,
  count: (values) => values.length,
  min: (values) => extreme(values, (a, b) => a < b),
  max: (values) => extreme(values, (a, b) => a > b),
};

/** NaN counts only where there is nothing else. */
function extreme(values: readonly number[], better: (a: number, b: number) => boolean): number {
  return values.reduce((best, value) => (Number.isNaN(best) || better(value, best) ? value : best));
}
