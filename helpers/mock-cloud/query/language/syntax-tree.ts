import type { SyntaxNode, Tree } from '@lezer/common';

/** Where the parser did not understand a query: the offset, and what stands there (empty at the end of the query). */
export type SyntaxFault = { readonly at: number; readonly found: string };

/** The first place that the grammar has no rule for, or undefined for a query that it accepts. */
export function firstFault(tree: Tree, query: string): SyntaxFault | undefined {
  let fault: SyntaxFault | undefined;
  tree.iterate({
    enter(node) {
      if (fault === undefined && node.type.isError) {
        const found = /^\s*(\w+|\S?)/.exec(query.slice(node.from))?.[1] ?? '';
        fault = { at: node.from, found };
      }
    },
  });
  return fault;
}

/** The children of a node, in order; anonymous tokens have none. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

/** Line and column of an offset, both from 1. */
export function lineAndColumn(query: string, at: number): { readonly line: number; readonly column: number } {
  const before = query.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
