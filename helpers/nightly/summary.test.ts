import { expect, test } from 'vitest';
import { judgeNight, type Night } from './night.ts';
import { describeResult, formatNight, formatProblems } from './summary.ts';
import { criterion, endedRun, sampleNight, verdictOf } from './testing/sample-night.ts';
import type { VerdictFile } from './verdict-file.ts';

function summarize(verdict: VerdictFile | string, before: readonly Night[] = []): string {
  const night = judgeNight(endedRun({ verdict }));
  return formatNight(night, verdict, [...before, night]);
}

test('the summary has a row for each phase, with its counts', () => {
  const text = summarize(
    verdictOf(
      criterion('P1.1', 'passed'),
      criterion('P1.2', 'failed', { cause: 'c' }),
      criterion('P1.3', 'skipped', { cause: 'no Alloy' }),
    ),
  );
  expect(text).toContain('## Nightly run: ❌ 1 of 3 criteria failed');
  expect(text).toContain('stack: containers · Alloy: container v1.10.0 · backend: cloud · 93.4 s');
  expect(text).toContain('| ❌ phase1 Alloy connection | 1 | 1 | 1 | 4.0 s |');
});

test('the summary has the cause and the fix of each failure, and the reason of each skipped criterion', () => {
  const text = summarize(
    verdictOf(
      criterion('P1.1', 'failed', { cause: 'the ID is *another*', fix: 'set <ID>' }),
      criterion('P1.2', 'skipped', { cause: 'no Alloy' }),
      criterion('P1.3', 'skipped', { cause: 'no Alloy' }),
    ),
  );
  expect(text).toContain('- **P1.1 title of P1.1**\n\nCause: the ID is \\*another\\*\n\nFix: set \\<ID\\>');
  expect(text).toContain('- P1.2, P1.3: no Alloy');
});

test('the summary shows the nights before, the newest first, each with a link to its run', () => {
  const before = sampleNight({ runId: '899', url: 'https://github.test/899', at: '2026-11-25T02:23:00.000Z' });
  const trend = summarize(verdictOf(criterion('P1.1', 'failed', { cause: 'c' })), [before]).split('### Trend')[1];
  expect(trend).toContain('Not green for 1 night.');
  expect(trend?.split('\n').filter((line) => line.startsWith('| ['))).toEqual([
    '| [2026-11-26 02:23](https://github.com/octokit-fixture-org/nightly/actions/runs/900) | ❌ | ❌ 0/1 | 93.4 s | `e1ffb9e` |',
    '| [2026-11-25 02:23](https://github.test/899) | ✅ | ✅ 2/2 | 93.4 s | `e1ffb9e` |',
  ]);
});

test('the summary of a run without a verdict shows its last lines, and no table of phases', () => {
  const text = summarize('the run ended without a verdict.');
  expect(text).toContain('## Nightly run: ⚠️ Grafana Cloud could not be verified');
  expect(text).toContain('Cause: the run ended without a verdict.\n\nIts last lines:\n\n```text\nthe last line\n```');
  expect(text).not.toContain('| Phase |');
});

test('a long list of problems is cut, and says so', () => {
  const problems = Array.from({ length: 12 }, (_, index) => ({ criteria: [], cause: `cause ${index}` }));
  const parts = formatProblems(problems, 'Cause: cause 0'.length * 10);
  expect(parts).toHaveLength(12);
  expect(parts.at(-1)).toBe('… and 2 more, in the artifact of the run.');
});

test('the result of a night that failed without a failed criterion does not read as a success', () => {
  const night = sampleNight({ status: 'failed', problems: [{ criteria: [], cause: 'a token was in the report' }] });
  expect(describeResult(night)).toBe('2 of 2 criteria passed, and yet the night failed');
});
