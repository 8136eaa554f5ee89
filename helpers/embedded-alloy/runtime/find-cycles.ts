/**
 * Finds the groups of nodes that refer to each other in a cycle, by Tarjan's algorithm. A node that refers to itself is
 * not a group. Groups are in the order in which a search from the first node to the last completes them.
 */
export function findCycles<Node>(nodes: readonly Node[], successors: (node: Node) => readonly Node[]): Node[][] {
  const order = new Map<Node, number>();
  const lowest = new Map<Node, number>();
  const stack: Node[] = [];
  const found: Node[][] = [];

  function visit(node: Node): void {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    stack.push(node);
    for (const successor of successors(node)) {
      if (!order.has(successor)) {
        visit(successor);
        reach(node, lowest.get(successor));
      } else if (stack.includes(successor)) {
        reach(node, order.get(successor));
      }
    }
    if (lowest.get(node) === order.get(node)) {
      const group = stack.splice(stack.indexOf(node));
      if (group.length > 1) {
        found.push(group);
      }
    }
  }

  function reach(node: Node, place: number | undefined): void {
    lowest.set(node, Math.min(lowest.get(node) ?? 0, place ?? 0));
  }

  for (const node of nodes) {
    if (!order.has(node)) {
      visit(node);
    }
  }
  return found;
}
