import type { Span } from '../../../otlp/schema.ts';

/**
 * The place of a span in its trace as a nested set: the span contains those whose `left` and `right` are between its own.
 * `parent` is the parent's `left`, −1 for a root; all are 0 for a span that has no path to a root.
 */
export type NestedSet = {
  readonly left: number;
  readonly right: number;
  readonly parent: number;
  readonly childCount: number;
};

const SERVER = 2;
const CLIENT = 3;
const ROOT_PARENT = -1;
/** A client and its server may share an ID. */
const MAX_SPANS_OF_AN_ID = 2;

type Node = { readonly span: Span; readonly children: Node[]; left: number; right: number; parent: number };

/**
 * Numbers the spans of a trace, in their order, as Tempo stores them: from the roots only. Without a root, or where an ID
 * occurs three times, no span has a number.
 */
export function assignNestedSets(spans: readonly Span[]): NestedSet[] {
  const nodes = spans.map((span): Node => ({ span, children: [], left: 0, right: 0, parent: 0 }));
  const byId = Map.groupBy(nodes, ({ span }) => span.spanId);
  const roots = nodes.filter(({ span }) => span.parentSpanId === '');
  const isAmbiguous = [...byId.values()].some((held) => held.length > MAX_SPANS_OF_AN_ID);
  if (roots.length > 0 && !isAmbiguous) {
    for (const node of nodes) findParent(node, byId)?.children.push(node);
    let bound = 1;
    for (const root of roots) bound = number(root, bound);
  }
  return nodes.map(({ left, right, parent, children }) => ({ left, right, parent, childCount: children.length }));
}

/** Numbers a root and what is below it, without recursion: a trace may be deep. Returns the next number. */
function number(root: Node, first: number): number {
  let bound = first;
  root.parent = ROOT_PARENT;
  const open: { readonly node: Node; next: number }[] = [{ node: root, next: 0 }];
  root.left = bound++;
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = top.node.children[top.next++];
    if (child === undefined) {
      top.node.right = bound++;
      open.pop();
    } else {
      child.left = bound++;
      child.parent = top.node.left;
      open.push({ node: child, next: 0 });
    }
  }
  return bound;
}

function findParent({ span }: Node, byId: ReadonlyMap<string, readonly Node[]>): Node | undefined {
  if (span.parentSpanId === '') return undefined;
  const held = byId.get(span.parentSpanId) ?? [];
  if (held.length < 2) return held[0];
  const kind = span.kind === SERVER ? CLIENT : SERVER;
  return held.find((node) => node.span.kind === kind);
}
