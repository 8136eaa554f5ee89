import type { SyntaxNode, Tree } from '@lezer/common';

/** Where a query has a syntax error: the offset, and the text there (empty at the end of the query). */
export type SyntaxFault = { readonly at: number; readonly found: string };

/** The first syntax error, or undefined for a valid query. */
export function findFirstFault(tree: Tree, query: string): SyntaxFault | undefined {
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

/** The named children of a node, in order. */
export function listChildren(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

/** Line and column of an offset, counted from 1. */
export function findPosition(query: string, at: number): { readonly line: number; readonly column: number } {
  const before = query.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
