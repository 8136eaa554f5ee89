/**
 * The nights so far, a JSON object on each line. The workflow keeps the file in a cache of GitHub Actions: that needs neither
 * permissions nor requests, a night reads it in one step, and a branch never changes that of the main branch. Artifacts would
 * need `actions: read`, a search for the last run and an unpacked archive; the list of runs knows no phases, and takes a night
 * without secrets for a passed one. If the cache is lost, the trend begins again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Night, nightSchema } from './night.ts';

const MAX_NIGHTS = 90;

/** The nights in this file, oldest first. Lines that are no night are left out: an older version may have written them. */
export function readHistory(file: string): Night[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const night = nightSchema.safeParse(parseJson(line));
      return night.success ? [night.data] : [];
    });
}

/** Adds a night to the file and returns all of them, oldest first. A run that is repeated takes the place of its first attempt. */
export function recordNight(file: string, night: Night): Night[] {
  const nights = [...readHistory(file).filter(({ runId }) => runId !== night.runId), night].slice(-MAX_NIGHTS);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, nights.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return nights;
}

/** How long it has been as it was in the last night: "Green for 3 nights." */
export function describeStreak(nights: readonly Night[]): string {
  const isGreen = nights.at(-1)?.status === 'passed';
  const change = nights.findLastIndex(({ status }) => (status === 'passed') !== isGreen);
  const streak = nights.slice(change + 1);
  const [first] = streak;
  if (first === undefined) return '';
  const count = `${streak.length} ${streak.length === 1 ? 'night' : 'nights'}`;
  const since = streak.length === 1 ? '' : `, since ${first.at.slice(0, 10)}`;
  return `${isGreen ? 'Green' : 'Not green'} for ${count}${since}.`;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
