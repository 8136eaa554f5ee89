import type { SpansetOperator } from './expression.ts';
import type { FetchedSpan } from './fetch.ts';

/**
 * The spans that a structural operator finds: those of the right side that are related to one of the left; with `!` those
 * that are not, with `&` both sides of each pair. A span without a path to a root is related to none.
 */
export function relateSpans(
  operator: SpansetOperator,
  left: readonly FetchedSpan[],
  right: readonly FetchedSpan[],
): FetchedSpan[] {
  const areRelated = RELATIONS[operator.replace(/^[!&]/, '')];
  if (areRelated === undefined) return [];
  const isRelated = (b: FetchedSpan) => left.some((a) => areRelated(a, b));
  if (operator.startsWith('!')) return right.filter((b) => !isRelated(b));
  const found = right.filter(isRelated);
  if (!operator.startsWith('&')) return found;
  return [...new Set([...found, ...left.filter((a) => right.some((b) => areRelated(a, b)))])];
}

const RELATIONS: Readonly<Record<string, (left: FetchedSpan, right: FetchedSpan) => boolean>> = {
  '>': isParent,
  '<': (left, right) => isParent(right, left),
  '>>': isAncestor,
  '<<': (left, right) => isAncestor(right, left),
  '~': isSibling,
};

function isParent({ span: { nestedSet: a } }: FetchedSpan, { span: { nestedSet: b } }: FetchedSpan): boolean {
  return a.left !== 0 && a.left === b.parent;
}

function isAncestor({ span: { nestedSet: a } }: FetchedSpan, { span: { nestedSet: b } }: FetchedSpan): boolean {
  return a.left !== 0 && b.left > a.left && b.right < a.right;
}

/** All roots of a trace are siblings. */
function isSibling(left: FetchedSpan, right: FetchedSpan): boolean {
  const [a, b] = [left.span.nestedSet, right.span.nestedSet];
  return left !== right && a.parent !== 0 && a.parent === b.parent;
}
