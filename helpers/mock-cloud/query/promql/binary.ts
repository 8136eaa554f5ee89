import { buildLabelsKey, filterLabels, formatLabels, type Labels, METRIC_NAME } from '../../store/labels.ts';
import { QueryError } from '../language/query-error.ts';
import {
  type ArithmeticOperator,
  type Binary,
  type BinaryOperator,
  type ComparisonOperator,
  isComparison,
  isSetOperator,
  type LabelChoice,
} from './expression.ts';
import { createVector, dropName, readScalar, readVector, type Value, type VectorSample } from './value.ts';

/** Evaluates a binary expression from the values of its sides. Throws {@link QueryError} if a match is not one to one. */
export function evaluateBinary(expression: Binary, left: Value, right: Value): Value {
  if (left.type === 'scalar' && right.type === 'scalar') {
    return { type: 'scalar', value: apply(expression.operator, left.value, right.value) };
  }
  if (isSetOperator(expression.operator)) return combineSets(expression, readVector(left), readVector(right));
  if (left.type === 'scalar') return combineWithScalar(expression, readVector(right), readScalar(left), 'right');
  if (right.type === 'scalar') return combineWithScalar(expression, readVector(left), readScalar(right), 'left');
  return combineOneToOne(expression, readVector(left), readVector(right));
}

function combineWithScalar(
  { operator, bool }: Binary,
  samples: readonly VectorSample[],
  scalar: number,
  vectorSide: 'left' | 'right',
): Value {
  return createVector(
    samples.flatMap(({ labels, value }) => {
      const [a, b] = vectorSide === 'left' ? [value, scalar] : [scalar, value];
      const result = apply(operator, a, b);
      if (!isComparison(operator) || bool) return [{ labels: dropName(labels), value: result }];
      return result === 0 ? [] : [{ labels, value }];
    }),
  );
}

function combineOneToOne(
  { operator, bool, matching }: Binary,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
): Value {
  // Where a side is empty Prometheus does not look whether the other one could be matched.
  if (left.length === 0 || right.length === 0) return createVector([]);
  const partners = new Map<string, VectorSample>();
  for (const sample of right) {
    const group = selectMatchingLabels(sample.labels, matching);
    const known = partners.get(buildLabelsKey(group));
    if (known !== undefined) {
      throw new QueryError(
        `found duplicate series for the match group ${formatLabels(group)} on the right hand-side of the operation: [${formatLabels(sample.labels)}, ${formatLabels(known.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
        'execution',
      );
    }
    partners.set(buildLabelsKey(group), sample);
  }
  const taken = new Set<string>();
  return createVector(
    left.flatMap(({ labels, value }) => {
      const key = buildLabelsKey(selectMatchingLabels(labels, matching));
      const partner = partners.get(key);
      if (partner === undefined) return [];
      if (taken.has(key)) {
        throw new QueryError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
          'execution',
        );
      }
      taken.add(key);
      const result = apply(operator, value, partner.value);
      const isFilter = isComparison(operator) && !bool;
      if (isFilter && result === 0) return [];
      const kept = isFilter ? labels : dropName(labels);
      return [{ labels: filterLabels(kept, (name) => isChosen(name, matching)), value: isFilter ? value : result }];
    }),
  );
}

function combineSets(
  { operator, matching }: Binary,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
): Value {
  const groups = (samples: readonly VectorSample[]) =>
    new Set(samples.map(({ labels }) => buildLabelsKey(selectMatchingLabels(labels, matching))));
  const isIn = (held: Set<string>, { labels }: VectorSample) =>
    held.has(buildLabelsKey(selectMatchingLabels(labels, matching)));
  if (operator === 'or') {
    const known = groups(left);
    return createVector([...left, ...right.filter((sample) => !isIn(known, sample))]);
  }
  const others = groups(right);
  return createVector(left.filter((sample) => isIn(others, sample) === (operator === 'and')));
}

/** The labels by which two sides are matched: without the metric's name, unless `on` names it. */
function selectMatchingLabels(labels: Labels, matching: LabelChoice): Labels {
  return filterLabels(labels, (name) => isChosen(name, matching) && (matching.kept || name !== METRIC_NAME));
}

function isChosen(name: string, { kept, names }: LabelChoice): boolean {
  return names.includes(name) === kept;
}

/** A comparison is 1 or 0. */
function apply(operator: BinaryOperator, a: number, b: number): number {
  return isComparison(operator) ? Number(compare(operator, a, b)) : calculate(operator as ArithmeticOperator, a, b);
}

function compare(operator: ComparisonOperator, a: number, b: number): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '>':
      return a > b;
    case '<':
      return a < b;
    case '>=':
      return a >= b;
    case '<=':
      return a <= b;
  }
}

function calculate(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b;
    case 'atan2':
      return Math.atan2(a, b);
  }
}
