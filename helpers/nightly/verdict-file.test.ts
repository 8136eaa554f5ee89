import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Verdict, writeVerdict } from '../report/verdict.ts';
import { criterion, verdictOf } from './testing/sample-night.ts';
import { groupByCause, readVerdictFile } from './verdict-file.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nightly-verdict-'));
  file = join(directory, 'verdict.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a verdict that a run wrote is read', () => {
  const finding = { kind: 'nothing exported over OTLP', signal: 'traces', between: [] } as const;
  const head = { title: 'a title', durationMs: 12, evidence: ['seen'] };
  const verdict: Verdict = {
    schema: 1,
    startedAt: '2026-11-26T02:23:45.000Z',
    durationMs: 93_400,
    stack: 'containers',
    alloy: { kind: 'container', version: 'v1.10.0' },
    backend: 'cloud',
    standIns: ['redis'],
    timings: { criteria: 4000 },
    phases: [
      {
        id: 'phase1',
        title: 'Phase 1',
        status: 'failed',
        durationMs: 4000,
        criteria: [
          { id: 'P1.1', status: 'passed', ...head },
          { id: 'P1.2', status: 'failed', cause: 'a cause', fix: 'a fix', finding, ...head },
        ],
      },
    ],
  };
  writeVerdict(verdict, file);
  const read = readVerdictFile(file);
  if (typeof read === 'string') throw new Error(read);
  expect(verdict).toMatchObject(read);
  expect(groupByCause(read, 'failed').map((group) => group.map(({ id }) => id))).toEqual([['P1.2']]);
});

test('a file that is missing, cut off or of another schema is no verdict, and says so', () => {
  expect(readVerdictFile(file)).toBe('the run ended without a verdict.');
  writeFileSync(file, '{"schema": 1, "phases": [');
  expect(readVerdictFile(file)).toMatch(/^reports\/verdict\.json is not a verdict: /);
  writeFileSync(file, JSON.stringify({ ...verdictOf(criterion('P1.1', 'passed')), schema: 2 }));
  expect(readVerdictFile(file)).toMatch(/schema/);
});
