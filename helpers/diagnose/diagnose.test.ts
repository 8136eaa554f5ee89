import { expect, test } from 'vitest';
import type { InstantSample } from '../clients/prometheus.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { diagnose, explain } from './diagnose.ts';
import type { Symptoms } from './symptoms.ts';

const sample = (name: string, value: number): InstantSample => ({ labels: { __name__: name }, time: 0, value });
const healthy: Symptoms = {
  run: sampleRun(),
  evidence: sampleObservation(),
  needs: [],
  takenAway: [],
  alloyAnswers: true,
  alloyMetrics: [sample('prometheus_remote_storage_samples_total', 9)],
  components: [],
  usernames: {},
  alloyLog: [],
  refusals: [],
  unreachable: [],
  up: 1,
  targets: [],
};

test('healthy symptoms have no cause', () => {
  expect(explain(healthy)).toBeUndefined();
});

test('of two causes the one closer to the root is found', () => {
  const unreachable = [{ part: 'redis', address: '127.0.0.1:6379' } as const];
  expect(explain({ ...healthy, unreachable, up: 0 })).toMatchObject({ kind: 'source unreachable' });
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
  expect(explain({ ...healthy, evidence, alloyMetrics: [] })).toBeUndefined();
});

test('telemetry that should not have arrived is not explained by lost telemetry', async () => {
  const failure = { needs: [], takenAway: [] };
  const tooMuch = sampleObservation({ condition: { kind: 'empty' }, seen: { kind: 'answer', json: '[{}]' } });
  expect(await diagnose(sampleRun(), { ...failure, evidence: tooMuch })).toBeUndefined();
  const tooMany = sampleObservation({
    condition: { kind: 'value', is: 'at most', value: 1000 },
    seen: { kind: 'values', count: 1, values: [2000] },
  });
  expect(await diagnose(sampleRun(), { ...failure, evidence: tooMany })).toBeUndefined();
  const nothing = { ...tooMany, seen: { kind: 'values', count: 0, values: [] } } as const;
  expect(await diagnose(sampleRun(), { ...failure, evidence: nothing })).toMatchObject({
    kind: 'no answer from Alloy',
  });
});
