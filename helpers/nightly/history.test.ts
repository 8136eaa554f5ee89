import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStreak, readHistory, recordNight } from './history.ts';
import type { Night } from './night.ts';
import { sampleNight } from './testing/sample-night.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nightly-history-'));
  file = join(directory, 'nightly', 'history.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function nights(...statuses: readonly Night['status'][]): Night[] {
  return statuses.map((status, index) => {
    const at = `2026-11-${String(index + 10).padStart(2, '0')}T02:23:45.000Z`;
    return sampleNight({ runId: String(index), at, status });
  });
}

test('nights are kept in the order in which they are recorded, from the first on', () => {
  expect(readHistory(file)).toEqual([]);
  const [first = sampleNight(), second = sampleNight()] = nights('passed', 'failed');
  expect(recordNight(file, first)).toEqual([first]);
  expect(recordNight(file, second)).toEqual([first, second]);
  expect(readHistory(file)).toEqual([first, second]);
});

test('a run that is repeated takes the place of its first attempt', () => {
  recordNight(file, sampleNight({ status: 'failed' }));
  const again = sampleNight({ attempt: 2 });
  expect(recordNight(file, again)).toEqual([again]);
});

test('the file holds the last 90 nights', () => {
  for (let run = 0; run < 92; run++) recordNight(file, sampleNight({ runId: String(run) }));
  expect(readHistory(file).map(({ runId }) => runId)).toEqual(Array.from({ length: 90 }, (_, run) => String(run + 2)));
});

test('a line that is no night is left out, and the others stay', () => {
  recordNight(file, sampleNight());
  writeFileSync(file, `{"cut of\n{"runId":1}\n${readFileSync(file, 'utf8')}`);
  expect(readHistory(file)).toEqual([sampleNight()]);
});

test('the streak counts the nights since the result changed', () => {
  expect(describeStreak(nights('passed'))).toBe('Green for 1 night.');
  expect(describeStreak(nights('failed', 'passed', 'passed', 'passed'))).toBe('Green for 3 nights, since 2026-11-11.');
  expect(describeStreak(nights('passed', 'not-run', 'failed'))).toBe('Not green for 2 nights, since 2026-11-11.');
});
