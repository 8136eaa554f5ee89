import { describe, expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Evidence, Subject } from '../findings/evidence.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { hasLost, readRefusedLogin } from './readings.ts';
import type { Symptoms } from './symptoms.ts';

const FAILED = /^otelcol_exporter_send_failed_/;

function symptoms(changes: Partial<Symptoms>): Symptoms {
  return {
    run: sampleRun(),
    evidence: sampleObservation(),
    needs: [],
    takenAway: [],
    alloyAnswers: true,
    alloyMetrics: [{ labels: { __name__: 'otelcol_exporter_send_failed_spans_total' }, time: 0, value: 9 }],
    components: [],
    usernames: {},
    alloyLog: [],
    refusals: [],
    wrongAddresses: [],
    refusedQuestions: [],
    unreachable: [],
    up: undefined,
    targets: [],
    ...changes,
  };
}

describe('what an external Alloy has dropped in all its time', () => {
  const external = (evidence: Evidence) => symptoms({ run: sampleRun({ stack: 'external' }), evidence });
  const traces: Subject = { kind: 'traces', query: '{}' };

  test.each<Subject>([{ kind: 'delivery' }, { kind: 'metric of Alloy', metric: 'x', labels: {} }])(
    'counts for a question about totals: %o',
    (subject) => {
      expect(hasLost(external(sampleObservation({ subject })), FAILED)).toBe(true);
      expect(hasLost(external(sampleObservation({ subject, lostBefore: 9 })), FAILED)).toBe(true);
    },
  );

  test('does not count for any other question, but what it has dropped since does', () => {
    expect(hasLost(external(sampleObservation({ subject: traces })), FAILED)).toBe(false);
    expect(hasLost(external(sampleObservation({ subject: traces, lostBefore: 9 })), FAILED)).toBe(false);
    expect(hasLost(external(sampleObservation({ subject: traces, lostBefore: 8 })), FAILED)).toBe(true);
  });

  test('does not count for an error that is not about telemetry', () => {
    expect(hasLost(external({ kind: 'error', message: 'expected 1 to be 2' }), FAILED)).toBe(false);
  });
});

test('what an Alloy of the run has dropped counts from its start', () => {
  const evidence = sampleObservation({ subject: { kind: 'traces', query: '{}' }, lostBefore: 9 });
  expect(hasLost(symptoms({ evidence }), FAILED)).toBe(true);
  expect(hasLost(symptoms({ evidence, alloyMetrics: [] }), FAILED)).toBe(false);
});

test('of several refused logins of a service, the one that was refused most often is taken', () => {
  const refusals = [
    { service: 'otlp', user: '1', reason: 'foreign instance ID', count: 2 },
    { service: 'otlp', user: '2', reason: 'wrong token', count: 10 },
    { service: 'otlp', user: '3', reason: 'foreign instance ID', count: 9 },
    { service: 'prometheus', user: '4', reason: 'foreign instance ID', count: 99 },
  ] as const;
  expect(readRefusedLogin(symptoms({ refusals }), 'OTLP')).toEqual({ instanceId: '2', reason: 'wrong token' });
});
