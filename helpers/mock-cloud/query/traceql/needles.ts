import type { Field, Query, Spansets } from './expression.ts';

/** Texts that every matching trace must contain: those that the query compares by equality, outside of any `||`. */
export function findNeedles(query: Query): string[] {
  return query.flatMap((stage) => (stage.kind === 'aggregate' || stage.kind === 'select' ? [] : findInSpansets(stage)));
}

function findInSpansets(spansets: Spansets): string[] {
  if (spansets.kind === 'filter') return findInCondition(spansets.condition);
  if (spansets.operator === '||') return [];
  const right = findInSpansets(spansets.right);
  return spansets.operator.startsWith('!') ? right : [...findInSpansets(spansets.left), ...right];
}

function findInCondition(field: Field): string[] {
  if (field.kind !== 'binary') return [];
  const { operator, left, right } = field;
  if (operator === '&&') return [...findInCondition(left), ...findInCondition(right)];
  if (operator !== '=' || left.kind !== 'attribute') return [];
  const isStored = left.scope !== 'intrinsic' || left.name === 'name';
  return isStored && right.kind === 'static' && right.value.type === 'string' ? [right.value.value] : [];
}
