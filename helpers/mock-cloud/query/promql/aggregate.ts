import { buildLabelsKey, filterLabels, type Labels, METRIC_NAME } from '../../store/labels.ts';
import type { AggregateOperator, LabelChoice } from './expression.ts';
import { addUp, findExtreme } from './numbers.ts';
import { createVector, type Value, type VectorSample } from './value.ts';

/** One sample for each group, in the order in which the groups first appear. */
export function evaluateAggregate(
  operator: AggregateOperator,
  grouping: LabelChoice,
  samples: readonly VectorSample[],
): Value {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const { labels, value } of samples) {
    const group = selectGroupLabels(labels, grouping);
    const key = buildLabelsKey(group);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { labels: group, values: [value] });
    else known.values.push(value);
  }
  return createVector(
    [...groups.values()].map(({ labels, values }) => ({ labels, value: AGGREGATES[operator](values) })),
  );
}

/** The labels of a sample's group. */
function selectGroupLabels(labels: Labels, { kept, names }: LabelChoice): Labels {
  return filterLabels(labels, (name) => (kept ? names.includes(name) : !names.includes(name) && name !== METRIC_NAME));
}

const AGGREGATES: Readonly<Record<AggregateOperator, (values: readonly number[]) => number>> = {
  sum: addUp,
  avg: (values) => addUp(values) / values.length,
  count: (values) => values.length,
  min: (values) => findExtreme(values, (a, b) => a < b),
  max: (values) => findExtreme(values, (a, b) => a > b),
};
