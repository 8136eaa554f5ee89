import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'ci-tally-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A report in vitest's form, with the states of each file's tests. */
function report(name: string, files: Readonly<Record<string, readonly string[]>>): string {
  const states = Object.values(files).flat();
  const path = join(directory, name);
  const count = (state: string) => states.filter((other) => other === state).length;
  const testResults = Object.entries(files).map(([file, tests]) => ({
    name: file,
    status: file.startsWith('broken') || tests.includes('failed') ? 'failed' : 'passed',
    assertionResults: tests.map((status, index) => ({
      fullName: `${file} ${index}`,
      status,
      failureMessages: status === 'failed' ? ['expected 1 to be 2'] : [],
    })),
  }));
  writeFileSync(
    path,
    JSON.stringify({ numPassedTests: count('passed'), numFailedTests: count('failed'), testResults }),
  );
  return path;
}

function tally(status: number, ...reports: readonly string[]): [line: string | undefined, code: number | null] {
  const args = [join(ROOT, '.ci/tally.mjs'), String(status), ...reports];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return [run.stdout.trimEnd().split('\n').at(-1), run.status];
}

test('the tally adds up all reports, and counts no skipped tests', () => {
  const one = report('one', { a: ['passed', 'passed'], b: ['passed', 'skipped'] });
  const other = report('other', { c: ['passed'] });
  expect(tally(0, one, other)).toEqual(['4 passed, 0 failed', 0]);
});

test('a failed test or a file that cannot be loaded fails the run', () => {
  const path = report('failing', { a: ['passed', 'failed'], broken: [] });
  expect(tally(1, path)).toEqual(['1 passed, 2 failed', 1]);
  expect(tally(0, path)).toEqual(['1 passed, 2 failed', 1]);
});

test('what failed is named at the end, with why: of a long log, only that may be seen', () => {
  const path = report('named', { a: ['passed', 'failed'], broken: [] });
  const { stdout } = spawnSync(process.execPath, [join(ROOT, '.ci/tally.mjs'), '1', path], { encoding: 'utf8' });
  expect(stdout).toBe('FAILED a > a 1\nexpected 1 to be 2\nFAILED broken\n\n1 passed, 2 failed\n');
});

test('a report that was never written fails the run', () => {
  expect(tally(0, report('there', { a: ['passed'] }), join(directory, 'none'))).toEqual(['1 passed, 1 failed', 1]);
});

test('a failure outside of all tests is counted', () => {
  expect(tally(1, report('fine', { a: ['passed'] }))).toEqual(['1 passed, 1 failed', 1]);
});
