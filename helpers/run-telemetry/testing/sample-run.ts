import { sampleRun } from '../../clients/testing/sample-run.ts';
import type { Observation } from '../../findings/evidence.ts';
import { composeVerdict, type FinishedRun, type FinishedTest } from '../../report/compose-verdict.ts';
import type { Verdict } from '../../report/verdict.ts';
import type { DeclaredPhase } from '../../run/phases.ts';
import type { Run } from '../../run/run.ts';

/** A run that has ended, and its verdict. */
export type EndedRun = { readonly verdict: Verdict; readonly finished: FinishedRun };

/** When the sample run starts unless a test says otherwise: a backend refuses what is old. */
const NOW = Date.now();

const phase: DeclaredPhase = {
  id: 'phase3',
  title: 'Redis metrics',
  file: '/phases/phase3-redis-metrics.spec.ts',
  needs: ['redis'],
  criteria: [
    { id: 'P3.1', title: 'redis_up is 1', order: 'criteria' },
    { id: 'P3.2', title: 'a key that is set is counted', order: 'criteria' },
    { id: 'P3.3', title: 'Redis out of reach', order: 'outages' },
  ],
};

/** A look at telemetry that held after it was repeated, `seconds` after the first. */
export function observed(
  subject: Observation['subject'],
  seconds: number,
  changes: Partial<Observation> = {},
): Observation {
  return {
    kind: 'observation',
    holds: true,
    subject,
    path: 'otlp',
    condition: { kind: 'any', of: 'value' },
    seen: { kind: 'nothing' },
    attempts: 2,
    askedAt: 0,
    elapsedMs: seconds * 1000,
    ...changes,
  };
}

/** A run of one phase: P3.1 passed, P3.2 failed unless `passes`, P3.3 was skipped. */
export function endRun({ passes = false, ...changes }: Partial<Run> & { readonly passes?: boolean } = {}): EndedRun {
  const startedAt = changes.startedAt ?? NOW;
  const test = (id: string, state: FinishedTest['state'], from: number): FinishedTest => ({
    id,
    state,
    evidence: [],
    startTime: startedAt + from,
    duration: 250,
  });
  const finished: FinishedRun = {
    run: sampleRun({ ...changes, startedAt }),
    phases: [phase],
    tests: [
      {
        ...test('P3.1', 'passed', 100),
        evidence: [
          observed({ kind: 'logs', query: '{}' }, 0.2),
          observed({ kind: 'OTLP metric', metric: 'm', service: 's' }, 0.3),
        ],
      },
      passes
        ? test('P3.2', 'passed', 400)
        : {
            ...test('P3.2', 'failed', 400),
            finding: { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:6379' },
          },
      { ...test('P3.3', 'skipped', 0), startTime: 0, duration: 0, note: 'there is no Redis' },
    ],
    unregistered: [],
    loadErrors: new Map(),
    otherErrors: [],
    isInterrupted: false,
    sent: { samples: 100, spans: 20, logLines: 5 },
  };
  return { finished, verdict: composeVerdict(finished) };
}
