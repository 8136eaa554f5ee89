import { distance } from 'fastest-levenshtein';

/** A variable that is set and that nothing reads, and the one that is read and has nearly the same name. */
export type MisnamedVariable = { readonly name: string; readonly near: string };

/** The shortest name that is told from others: shorter ones are near to anything. */
const MIN_LENGTH = 5;
/** A name of this length may differ in two letters. */
const LONG = 12;

/** Those of the names of what is set that are nearly the name of a variable that is read, and of none that is. */
export function findMisnamed(set: readonly string[], known: readonly string[]): MisnamedVariable[] {
  const all = new Set(known.map((name) => name.toUpperCase()));
  return set.flatMap((name) => {
    if (all.has(name.toUpperCase())) return [];
    const near = known.find(
      (other) => other.length >= MIN_LENGTH && distance(name.toUpperCase(), other) <= (other.length < LONG ? 1 : 2),
    );
    return near === undefined ? [] : [{ name, near }];
  });
}
