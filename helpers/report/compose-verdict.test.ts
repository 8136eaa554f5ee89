import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import type { DeclaredPhase } from '../run/phases.ts';
import { composeVerdict, type FinishedRun, type FinishedTest } from './compose-verdict.ts';

const phase: DeclaredPhase = {
  id: 'phase3',
  title: 'Redis metrics',
  file: '/phases/phase3-redis-metrics.spec.ts',
  needs: ['redis'],
  criteria: [
    { id: 'P3.1', title: 'redis_up is 1', order: 'criteria' },
    { id: 'P3.2', title: 'Redis out of reach', order: 'outages' },
  ],
};
const passed: FinishedTest = { id: 'P3.1', state: 'passed', evidence: [], startTime: 1000, duration: 500 };

function compose(tests: readonly FinishedTest[], changes: Partial<FinishedRun> = {}) {
  return composeVerdict({
    run: sampleRun(),
    phases: [phase],
    tests,
    unregistered: [],
    loadErrors: new Map(),
    otherErrors: [],
    isInterrupted: false,
    ...changes,
  });
}
const composeFirst = (test: Partial<FinishedTest>) => compose([{ ...passed, ...test }]).phases[0]?.criteria[0];

test('a passed criterion has its evidence in words, and no cause', () => {
  const evidence = [{ kind: 'fact', fact: 'it answered 200' } as const, sampleObservation({ holds: true })];
  expect(composeFirst({ evidence })).toEqual({
    id: 'P3.1',
    title: 'redis_up is 1',
    status: 'passed',
    durationMs: 500,
    evidence: ['it answered 200', expect.stringContaining('12 attempts in 3.4 s')],
  });
});

test('a failed criterion has the cause and fix of its finding, and the finding as data', () => {
  const finding = { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:6379' } as const;
  expect(composeFirst({ state: 'failed', evidence: [sampleObservation()], finding })).toMatchObject({
    status: 'failed',
    evidence: [expect.stringMatching(/^expected that redis_up.*\n {2}last seen: no series/)],
    cause: 'Redis gives no answer at 127.0.0.1:6379',
    fix: 'Start Redis',
    finding,
  });
});

test('a failed criterion has the link to the query that failed it, and a passed one has none', () => {
  const explore = 'https://games.grafana.net/explore?schemaVersion=1&panes=x';
  const evidence = [sampleObservation({ explore })];
  expect(composeFirst({ state: 'failed', evidence })).toMatchObject({ explore });
  expect(
    composeFirst({ state: 'failed', evidence: [...evidence, { kind: 'error', message: 'x' }] }),
  ).not.toHaveProperty('explore');
  expect(composeFirst({ state: 'passed', evidence })).not.toHaveProperty('explore');
});

test('without a finding there is no cause: the evidence is not repeated as one', () => {
  const evidence = [{ kind: 'fact', fact: 'x' } as const, { kind: 'error', message: 'expected 1 to be 2' } as const];
  expect(composeFirst({ state: 'failed', evidence })).toEqual({
    id: 'P3.1',
    title: 'redis_up is 1',
    status: 'failed',
    durationMs: 500,
    evidence: ['x', 'expected 1 to be 2'],
  });
  expect(composeFirst({ state: 'failed' })).toMatchObject({ evidence: [], cause: 'it failed with no error message' });
});

test('a skipped criterion has the reason', () => {
  expect(composeFirst({ state: 'skipped', note: 'it takes a part away' })).toMatchObject({
    status: 'skipped',
    cause: 'it takes a part away',
  });
  expect(composeFirst({ state: 'skipped' })).toMatchObject({ cause: 'not selected for this run' });
});

test('a criterion that never ran is skipped, with the reason, and one that began has failed', () => {
  const never = (changes: Partial<FinishedRun>) => compose([passed], changes).phases[0]?.criteria[1];
  expect(never({})).toMatchObject({ id: 'P3.2', status: 'skipped', cause: 'not selected for this run' });
  expect(never({ unregistered: ['P3.2'] })).toMatchObject({
    status: 'skipped',
    cause: 'its spec does not register it in this run',
  });
  expect(never({ isInterrupted: true })).toMatchObject({
    status: 'skipped',
    cause: 'the run was interrupted before it',
  });
  expect(composeFirst({ state: 'pending' })).toMatchObject({ status: 'failed', cause: 'it did not run to its end' });
});

test('criteria that are not registered are an error of the run, unless specs are not loaded', () => {
  const unregistered = ['P3.1', 'P3.2', 'P4.1'];
  expect(compose([], { unregistered }).errors).toEqual([
    expect.stringMatching(/phase3-redis-metrics\.spec\.ts does not register P3\.1, P3\.2 in this run: .* call `skip`/),
  ]);
  const loadErrors = new Map([['/phases/phase4-api.spec.ts', 'no such module']]);
  expect(compose([], { unregistered, loadErrors }).errors).toHaveLength(1);
});

test('of tests with one ID one that failed is the criterion, whatever their order, and that they share it is an error of the run', () => {
  const failed = { ...passed, state: 'failed', error: 'expected 1 to be 2' } as const;
  for (const tests of [
    [failed, passed],
    [passed, failed, passed],
  ]) {
    const { phases, errors } = compose(tests);
    expect(phases[0]?.criteria[0]).toMatchObject({ status: 'failed', cause: 'expected 1 to be 2' });
    expect(errors).toEqual([expect.stringMatching(/phase3-redis-metrics\.spec\.ts registers P3\.1 more than once: /)]);
  }
  expect(compose([passed]).errors).toBeUndefined();
});

test('what its spec proved before it could not be loaded is no verdict, and the reason is an error of the run', () => {
  const other = { ...phase, id: 'phase4', file: '/phases/phase4-api.spec.ts', criteria: [] };
  const loadErrors = new Map([[phase.file, 'no such module']]);
  const verdict = compose([passed, { ...passed, id: 'P3.2', state: 'failed' }], { phases: [phase, other], loadErrors });
  const skipped = { status: 'skipped', cause: "its spec can't be loaded" };
  expect(verdict.phases[0]).toMatchObject({ status: 'skipped', criteria: [skipped, skipped] });
  expect(verdict.errors).toEqual([
    expect.stringMatching(/phase3-redis-metrics\.spec\.ts can't be loaded: no such module$/),
  ]);
  expect(
    compose([passed], { phases: [{ ...phase, file: '/other' }], loadErrors }).phases[0]?.criteria[0],
  ).toMatchObject({
    status: 'passed',
  });
});

test('a criterion that did not run because another spec could not be loaded is not failed', () => {
  const loadErrors = new Map([['/phases/phase4-api.spec.ts', 'no such module']]);
  expect(compose([passed], { loadErrors }).phases[0]?.criteria).toMatchObject([
    { status: 'passed' },
    { status: 'skipped', cause: "it did not run, because another spec can't be loaded" },
  ]);
});

test('an error outside of all criteria is in the verdict', () => {
  expect(compose([passed], { otherErrors: ['late', 'late'] }).errors).toEqual(['late']);
  expect(compose([passed])).not.toHaveProperty('errors');
});

test('a phase lasts from its first criterion to its last, and fails with one of them', () => {
  const verdict = compose([passed, { ...passed, id: 'P3.2', state: 'failed', startTime: 9000, duration: 1000 }]);
  expect(verdict.phases).toMatchObject([{ id: 'phase3', title: 'Redis metrics', status: 'failed', durationMs: 9000 }]);
  expect(verdict.timings.criteria).toBe(9000);
  expect(compose([passed, { ...passed, id: 'P3.2', state: 'skipped', startTime: 0 }]).phases).toMatchObject([
    { status: 'passed', durationMs: 500 },
  ]);
  expect(compose([]).phases).toMatchObject([{ durationMs: 0 }]);
});

test('the verdict describes the run', () => {
  const run = sampleRun({ standIns: ['grafana/alloy'], timings: { stack: 12 }, startedAt: Date.UTC(2026, 0, 1) });
  expect(compose([passed], { run })).toMatchObject({
    schema: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    stack: 'native',
    alloy: { kind: 'binary', version: 'v1.18.0' },
    backend: 'mock',
    standIns: ['grafana/alloy'],
    timings: { stack: 12 },
  });
});

test('the verdict holds no secret of the run', () => {
  expect(JSON.stringify(compose([passed]))).not.toContain('glc_secret_token');
  const loadErrors = new Map([['/other', 'glc_secret_token is no module']]);
  const { errors } = compose([passed], { loadErrors, otherErrors: ['a service said: glc_secret_token'] });
  expect(errors).toEqual([expect.stringMatching(/: \(secret\) is no module$/), 'a service said: (secret)']);
});
