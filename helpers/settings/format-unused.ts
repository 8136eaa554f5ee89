/** Variables that a run does not use, and why. */
export type UnusedGroup = readonly [reason: string, names: readonly string[]];

/** A line for each group that is not empty. */
export function formatUnused(groups: readonly UnusedGroup[]): string[] {
  return groups.flatMap(([reason, names]) =>
    names.length === 0 ? [] : [`Not used: ${names.join(', ')}, because ${reason}${reason.endsWith('?') ? '' : '.'}`],
  );
}
