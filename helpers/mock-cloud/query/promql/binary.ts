import type { Labels } from '../../store/labels.ts';
import { labelsKey, labelsText, labelsWhere, METRIC_NAME } from '../../store/labels.ts';
import { QueryError } from '../language/query-error.ts';
import type { ArithmeticOperator, Binary, BinaryOperator, ComparisonOperator, LabelChoice } from './expression.ts';
import { isComparison, isSetOperator } from './expression.ts';
import type { Value, VectorSample } from './value.ts';
import { scalarOf, vector, vectorOf, withoutName } from './value.ts';

/** A binary expression from the values of its sides. Throws {@link QueryError} where a match is not one to one. */
export function evaluateBinary(expression: Binary, left: Value, right: Value): Value {
  if (left.type === 'scalar' && right.type === 'scalar') {
    return { type: 'scalar', value: applied(expression.operator, left.value, right.value) };
  }
  if (isSetOperator(expression.operator)) return setOperation(expression, vectorOf(left), vectorOf(right));
  if (left.type === 'scalar') return withScalar(expression, vectorOf(right), scalarOf(left), 'right');
  if (right.type === 'scalar') return withScalar(expression, vectorOf(left), scalarOf(right), 'left');
  return oneToOne(expression, vectorOf(left), vectorOf(right));
}

function withScalar(
  { operator, bool }: Binary,
  samples: readonly VectorSample[],
  scalar: number,
  vectorSide: 'left' | 'right',
): Value {
  return vector(
    samples.flatMap(({ labels, value }) => {
      const [a, b] = vectorSide === 'left' ? [value, scalar] : [scalar, value];
      const result = applied(operator, a, b);
      if (!isComparison(operator) || bool) return [{ labels: withoutName(labels), value: result }];
      return result === 0 ? [] : [{ labels, value }];
    }),
  );
}

function oneToOne(
  { operator, bool, matching }: Binary,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
): Value {
  const partners = new Map<string, VectorSample>();
  for (const sample of right) {
    const group = groupOf(sample.labels, matching);
    const known = partners.get(labelsKey(group));
    if (known !== undefined) {
      throw new QueryError(
        'execution',
        `found duplicate series for the match group ${labelsText(group)} on the right hand-side of the operation: [${labelsText(sample.labels)}, ${labelsText(known.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    partners.set(labelsKey(group), sample);
  }
  const taken = new Set<string>();
  return vector(
    left.flatMap(({ labels, value }) => {
      const key = labelsKey(groupOf(labels, matching));
      const partner = partners.get(key);
      if (partner === undefined) return [];
      const result = applied(operator, value, partner.value);
      const filters = isComparison(operator) && !bool;
      if (filters && result === 0) return [];
      if (taken.has(key)) {
        throw new QueryError(
          'execution',
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        );
      }
      taken.add(key);
      const kept = filters ? labels : withoutName(labels);
      return [{ labels: labelsWhere(kept, (name) => keeps(name, matching)), value: filters ? value : result }];
    }),
  );
}

function setOperation(
  { operator, matching }: Binary,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
): Value {
  const groups = (samples: readonly VectorSample[]) =>
    new Set(samples.map(({ labels }) => labelsKey(groupOf(labels, matching))));
  const isIn = (held: Set<string>, { labels }: VectorSample) => held.has(labelsKey(groupOf(labels, matching)));
  if (operator === 'or') {
    const known = groups(left);
    return vector([...left, ...right.filter((sample) => !isIn(known, sample))]);
  }
  const others = groups(right);
  return vector(left.filter((sample) => isIn(others, sample) === (operator === 'and')));
}

/** The labels by which two sides are matched; never the metric's name unless `on` says so. */
function groupOf(labels: Labels, matching: LabelChoice): Labels {
  return labelsWhere(labels, (name) => keeps(name, matching) && (matching.kept || name !== METRIC_NAME));
}

function keeps(name: string, { kept, names }: LabelChoice): boolean {
  return names.includes(name) === kept;
}

/** A comparison is 1 or 0. */
function applied(operator: BinaryOperator, a: number, b: number): number {
  return isComparison(operator) ? Number(compared(operator, a, b)) : calculated(operator as ArithmeticOperator, a, b);
}

function compared(operator: ComparisonOperator, a: number, b: number): boolean {
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

function calculated(operator: ArithmeticOperator, a: number, b: number): number {
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
