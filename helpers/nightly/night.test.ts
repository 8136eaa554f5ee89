import { expect, test } from 'vitest';
import { describeLostNight, judgeNight } from './night.ts';
import { criterion, endedRun, sampleNight, verdictOf } from './testing/sample-night.ts';

test('a night passes if the run succeeded and no criterion failed', () => {
  const verdict = verdictOf(criterion('P1.1', 'passed'), criterion('P1.2', 'skipped', { cause: 'not selected' }));
  expect(judgeNight(endedRun({ verdict }))).toEqual(
    sampleNight({ phases: [{ id: 'phase1', status: 'passed', passed: 1, total: 2 }] }),
  );
});

test('a night fails with the failed criteria, those with the same finding together', () => {
  const finding = { kind: 'unauthorized', service: 'OTLP' };
  const verdict = verdictOf(
    criterion('P1.1', 'failed', { cause: 'a wrong ID', fix: 'set the right one', finding }),
    criterion('P1.2', 'failed', { cause: 'a wrong ID again', fix: 'set the right one', finding }),
    criterion('P1.3', 'failed', { cause: 'something else' }),
  );
  const { status, problems } = judgeNight(endedRun({ verdict, outcome: 'failure' }));
  expect(status).toBe('failed');
  expect(problems).toEqual([
    { criteria: ['P1.1 title of P1.1', 'P1.2 title of P1.2'], cause: 'a wrong ID', fix: 'set the right one' },
    { criteria: ['P1.3 title of P1.3'], cause: 'something else' },
  ]);
});

test('a night without a verdict says nothing about Grafana Cloud, and shows the last lines of the run', () => {
  const night = judgeNight(endedRun({ verdict: 'the run ended without a verdict.', outcome: 'success' }));
  expect(night.status).toBe('not-run');
  expect(night.problems).toEqual([
    { criteria: [], cause: 'the run ended without a verdict.', output: 'the last line' },
  ]);
});

test('a night does not pass if the command failed and no criterion did', () => {
  const night = judgeNight(endedRun({ verdict: verdictOf(criterion('P1.1', 'passed')), outcome: 'failure' }));
  expect(night.status).toBe('failed');
  expect(night.problems[0]?.cause).toContain('ended with failure');
});

test('a night does not pass if every criterion was skipped', () => {
  const night = judgeNight(endedRun({ verdict: verdictOf(criterion('P1.1', 'skipped', { cause: 'a reason' })) }));
  expect(night.status).toBe('not-run');
});

test('a verdict on another backend is none on Grafana Cloud', () => {
  const night = judgeNight(endedRun({ verdict: { ...verdictOf(criterion('P1.1', 'passed')), backend: 'mock' } }));
  expect(night.status).toBe('not-run');
  expect(night.problems[0]?.cause).toContain('"mock"');
});

test('a night does not pass if a token was in the report', () => {
  const verdict = verdictOf(criterion('P1.1', 'passed'));
  const night = judgeNight(endedRun({ verdict, leaks: ['verify.log'] }));
  expect(night.status).toBe('failed');
  expect(night.problems[0]?.cause).toContain('reports/verify.log');
});

test('a night that ended before it was judged did not run', () => {
  const { runId, attempt, url, commit, at } = sampleNight();
  expect(describeLostNight({ runId, attempt, url, commit, at })).toMatchObject({ runId: '900', status: 'not-run' });
});
