import type { Field, Spansets } from './expression.ts';

/** Texts that every matching trace must contain: those that the query compares by equality, outside of any `||`. */
export function findNeedles(query: Spansets): string[] {
  if (query.kind === 'filter') return query.condition === undefined ? [] : findInCondition(query.condition);
  return query.kind === 'or' ? [] : [...findNeedles(query.left), ...findNeedles(query.right)];
}

function findInCondition(field: Field): string[] {
  if (field.kind === 'and') return [...findInCondition(field.left), ...findInCondition(field.right)];
  if (field.kind !== 'comparison' || field.operator !== '=') return [];
  const { left, right } = field;
  const stored = left.kind === 'attribute' || (left.kind === 'intrinsic' && left.name === 'name');
  return stored && right.kind === 'static' && right.value.type === 'string' ? [right.value.value] : [];
}
