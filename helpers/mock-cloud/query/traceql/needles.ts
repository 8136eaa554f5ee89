import type { Field, Spansets } from './expression.ts';

/** Texts that must occur in a trace which a query finds: what it asks for by equality, as far as no `||` is around it. */
export function needlesOf(query: Spansets): string[] {
  if (query.kind === 'filter') return query.condition === undefined ? [] : inCondition(query.condition);
  return query.kind === 'or' ? [] : [...needlesOf(query.left), ...needlesOf(query.right)];
}

function inCondition(field: Field): string[] {
  if (field.kind === 'and') return [...inCondition(field.left), ...inCondition(field.right)];
  if (field.kind !== 'comparison' || field.operator !== '=') return [];
  const { left, right } = field;
  const stored = left.kind === 'attribute' || (left.kind === 'intrinsic' && left.name === 'name');
  return stored && right.kind === 'static' && right.value.type === 'string' ? [right.value.value] : [];
}
