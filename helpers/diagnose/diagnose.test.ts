import { describe, expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Observation } from '../findings/evidence.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { diagnose, explain } from './diagnose.ts';
import { delivering, droppedSamples, droppedSpans, symptoms } from './testing/symptoms.ts';

const healthy = symptoms();

test('healthy symptoms have no cause', () => {
  expect(explain(healthy)).toBeUndefined();
});

test('of two causes the one closer to the root is found', () => {
  const unreachable = [{ part: 'redis', address: '127.0.0.1:6379' } as const];
  expect(explain({ ...healthy, unreachable, exporterUp: 0 })).toMatchObject({ kind: 'source unreachable' });
  expect(explain({ ...healthy, unreachable, alloyAnswers: false })).toMatchObject({ kind: 'no answer from Alloy' });
});

test('for an assertion, an unreachable part is the cause rather than Alloy', () => {
  const evidence = { kind: 'error', message: 'connect ECONNREFUSED' } as const;
  const unreachable = [{ part: 'redis', address: '127.0.0.1:6379' } as const];
  expect(explain({ ...healthy, evidence, unreachable, alloyAnswers: false })).toMatchObject({
    kind: 'source unreachable',
  });
});

test('an assertion is not explained by lost telemetry', () => {
  const evidence = { kind: 'error', message: 'expected 1 to be 2' } as const;
  for (const flow of [delivering(), droppedSamples, droppedSpans, undefined]) {
    expect(explain(symptoms({ evidence, flow }))).toBeUndefined();
  }
});

test('what has come since is told as late, and an event as lost only if it has not come', async () => {
  const work = { kind: 'work', statement: 'the work', services: [] } as const;
  const seen = { kind: 'answer', json: '{"processed":1,"announced":0}' } as const;
  const evidence = sampleObservation({
    subject: work,
    path: 'none',
    seen,
    askedAt: Date.now() - 5000,
    deadlineMs: 4000,
  });
  const failure = { needs: [], takenAway: [], evidence };
  const late = await diagnose(sampleRun(), failure, async () => true);
  expect(late.finding?.kind).not.toBe('event lost');
  if (late.finding === undefined) expect(late.lead?.came?.delay).toBeGreaterThanOrEqual(5000);
  expect((await diagnose(sampleRun(), failure, async () => false)).finding).toMatchObject({ kind: 'event lost' });
  // Where it can't be asked, neither is known.
  const unknown = await diagnose(sampleRun(), failure, () => Promise.reject(new Error('gone')));
  expect(unknown).toEqual(await diagnose(sampleRun(), failure));
});

describe('in a run whose Alloy gives no answer', () => {
  const some = { kind: 'values', count: 1, values: [9] } as const;
  const none = { kind: 'values', count: 0, values: [] } as const;
  const failed = { kind: 'query failure', message: 'the backend is gone' } as const;
  const find = async (changes: Partial<Observation>) =>
    (await diagnose(sampleRun(), { needs: [], takenAway: [], evidence: sampleObservation(changes) })).finding;

  test.each<[string, Partial<Observation>]>([
    ['series that must not be there', { condition: { kind: 'empty' }, seen: { kind: 'answer', json: '[{}]' } }],
    ['more than the most', { condition: { kind: 'value', is: 'at most', value: 5 }, seen: some }],
    ['more than a limit', { condition: { kind: 'value', is: 'below', value: 5 }, seen: some }],
  ])('%s are not explained by lost telemetry', async (_, changes) => {
    expect(await find(changes)).toBeUndefined();
  });

  test.each<[string, Partial<Observation>]>([
    [
      'no series, where one has to be below a limit',
      { condition: { kind: 'value', is: 'below', value: 5 }, seen: none },
    ],
    ['no series, where one has to be at most', { condition: { kind: 'value', is: 'at most', value: 5 }, seen: none }],
    ['a query that fails', { condition: { kind: 'empty' }, seen: failed }],
    ['less than the least', { condition: { kind: 'value', is: 'at least', value: 10 }, seen: some }],
    ['less than a limit', { condition: { kind: 'value', is: 'above', value: 10 }, seen: some }],
    ['another value', { condition: { kind: 'value', is: 'equal', value: 10 }, seen: some }],
  ])('%s is explained by it', async (_, changes) => {
    expect(await find(changes)).toMatchObject({ kind: 'no answer from Alloy', url: 'http://127.0.0.1:1' });
  });
});
