/** That a file imports another, and in which line. */
export type Arrow = { readonly path: string; readonly line: number; readonly target: string };

/** At least one cycle of each group of files that import each other, as its arrows in order. */
export function findCycles(arrows: readonly Arrow[]): readonly (readonly Arrow[])[] {
  const bySource = Map.groupBy(arrows, ({ path }) => path);
  const cycles: (readonly Arrow[])[] = [];
  const visited = new Set<string>();
  const follow = (path: string, trail: readonly Arrow[]) => {
    visited.add(path);
    for (const arrow of bySource.get(path) ?? []) {
      const extended = [...trail, arrow];
      const start = extended.findIndex((one) => one.path === arrow.target);
      if (start >= 0) cycles.push(extended.slice(start));
      else if (!visited.has(arrow.target)) follow(arrow.target, extended);
    }
  };
  for (const path of bySource.keys()) if (!visited.has(path)) follow(path, []);
  return cycles;
}
