import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import { describeEvidence } from '../findings/evidence-sentences.ts';
import type { Finding } from '../findings/finding.ts';
import { describeFinding } from '../findings/finding-sentences.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import type { TraceId } from '../otlp/ids.ts';
import { describeRun, formatProblem, formatProblems, formatSummary } from './terminal.ts';
import type { CriterionVerdict, Verdict } from './verdict.ts';

const passed = (id: string): CriterionVerdict => ({
  id,
  title: `${id} holds`,
  status: 'passed',
  durationMs: 1,
  evidence: [],
});
const LONG =
  'Redis gives no answer at 127.0.0.1:6379, which is where this run started it and where every exporter of it looks for it';

function verdictOn(criteria: readonly CriterionVerdict[], changes: Partial<Verdict> = {}): Verdict {
  const isFailed = criteria.some(({ status }) => status === 'failed');
  return {
    schema: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 8900,
    stack: 'native',
    alloy: { kind: 'embedded', version: '0.1.0' },
    backend: 'mock',
    timings: {},
    phases: [
      { id: 'phase3', title: 'Redis metrics', status: isFailed ? 'failed' : 'passed', durationMs: 1234, criteria },
    ],
    ...changes,
  };
}

const failed = (id: string, changes: Partial<CriterionVerdict> = {}): CriterionVerdict => ({
  ...passed(id),
  status: 'failed',
  cause: 'Redis gives no answer at 127.0.0.1:6379',
  fix: 'Start Redis',
  ...changes,
});

const format = (verdict: Verdict, columns = 100) =>
  stripVTControlCharacters(formatSummary(verdict, columns)).split('\n');

test('a run that passes has a line for each phase, and the totals', () => {
  expect(format(verdictOn([passed('P3.1'), passed('P3.2')]))).toEqual([
    '',
    '✓ phase3  Redis metrics   2 of  2 passed   1.2 s',
    '',
    '2 passed, 0 failed in 8.9 s · embedded Alloy, not Grafana Alloy',
    'reports/verdict.json holds the evidence of each criterion',
  ]);
});

test('what was sent is shown for a backend that counts it, and not for the mock cloud', () => {
  const sent = { samples: 8000, spans: 500, logLines: 200 };
  const line = 'sent: 8,000 samples, 500 spans, 200 log lines';
  expect(format(verdictOn([passed('P3.1')], { sent, backend: 'cloud' }))).toContain(line);
  expect(format(verdictOn([passed('P3.1')], { sent }))).not.toContain(line);
});

test('a wide terminal is used for 120 columns', () => {
  const lines = format(verdictOn([failed('P3.1', { cause: `${LONG} ${LONG}` })]), 300);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120);
});

test('a failure is shown with its evidence, cause and fix, within the width of the terminal', () => {
  const evidence = ['expected that redis_up is 1\n  last seen: 0'];
  expect(format(verdictOn([passed('P3.1'), failed('P3.2', { cause: LONG, evidence })]), 80)).toEqual([
    '',
    '✗ phase3  Redis metrics   1 of  2 passed   1.2 s',
    '',
    '✗ P3.2 P3.2 holds',
    '    expected that redis_up is 1',
    '      last seen: 0',
    '    cause: Redis gives no answer at 127.0.0.1:6379, which is where this run',
    '           started it and where every exporter of it looks for it',
    '    fix:   Start Redis',
    '',
    '1 passed, 1 failed in 8.9 s · embedded Alloy, not Grafana Alloy',
    'reports/verdict.json holds the evidence of each criterion',
  ]);
});

test.each([
  [{ traceId: 'abc' as TraceId }, 'trace of this run: abc'],
  [
    { problem: 'connect ECONNREFUSED 127.0.0.1:4318' },
    "the run's own metrics and trace are missing: connect ECONNREFUSED 127.0.0.1:4318",
  ],
])(
  'what became of the telemetry of the run itself is one line, in the problems of a smoke check too: %o',
  (own, line) => {
    const verdict = verdictOn([passed('P3.1')], { ownTelemetry: own });
    expect(format(verdict).filter((one) => one === line)).toHaveLength(1);
    const problems = stripVTControlCharacters(formatProblems(verdict)).split('\n');
    expect(problems.filter((one) => one === line)).toHaveLength(1);
  },
);

test.each([
  ['red', [passed('P3.1'), failed('P3.2')], '\u001B[31m1 passed, 1 failed, 0 not checked in 8.9 s\u001B[39m'],
  ['green', [passed('P3.1')], '\u001B[32m1 passed, 0 failed, 0 not checked in 8.9 s\u001B[39m'],
])('the totals of a smoke check are %s', (_, criteria, line) => {
  vi.stubEnv('FORCE_COLOR', '1');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(formatProblems(verdictOn(criteria)).split('\n')).toContain(line);
});

test('a cause of several lines keeps them', () => {
  const cause = 'Error: config.alloy:3:1: unrecognized attribute\n3 |   nonsense = 1\nError: validation failed';
  expect(format(verdictOn([failed('P3.1', { cause })])).slice(4, 7)).toEqual([
    '    cause: Error: config.alloy:3:1: unrecognized attribute',
    '           3 |   nonsense = 1',
    '           Error: validation failed',
  ]);
});

test('failures with the same finding are grouped, without their evidence', () => {
  const lines = format(verdictOn([failed('P3.1', { evidence: ['a'] }), failed('P3.2', { evidence: ['b'] })]));
  expect(lines.slice(3, 7)).toEqual([
    '✗ P3.1 P3.1 holds',
    '✗ P3.2 P3.2 holds',
    '    cause: Redis gives no answer at 127.0.0.1:6379',
    '    fix:   Start Redis',
  ]);
});

test('criteria that suffer from one wrong variable are one problem, in the words of the first', () => {
  const about = { kind: "another service's ID", variable: 'LOKI_ID', id: '1', owner: 'PROMETHEUS_ID' } as const;
  const listed = { kind: 'listed problems', problems: ['LOKI_ID is 1'], fix: 'Set LOKI_ID', about } as const;
  const verdict = verdictOn([
    failed('P1.1', { cause: 'LOKI_ID is 1', fix: 'Set LOKI_ID', finding: listed }),
    failed('P1.9', {
      cause: 'x',
      fix: 'y',
      finding: { kind: 'Grafana Cloud refuses', use: 'question', problem: about },
    }),
    failed('P2.1', { cause: 'z', finding: { kind: 'Grafana Cloud refuses', use: 'remote write', problem: about } }),
  ]);
  expect(stripVTControlCharacters(formatProblems(verdict)).split('\n')[0]).toBe(
    '✗ P1.1, P1.9, P2.1: LOKI_ID is 1. Fix: Set LOKI_ID.',
  );
});

test('the link to the query that failed is below each criterion, whole, and their cause is shown once', () => {
  const explore = `https://games.grafana.net/explore?schemaVersion=1&panes=${'x'.repeat(200)}`;
  const lines = format(verdictOn([failed('P3.1', { explore }), failed('P3.2')]));
  expect(lines.slice(3, 8)).toEqual([
    '✗ P3.1 P3.1 holds',
    `    explore: ${explore}`,
    '✗ P3.2 P3.2 holds',
    '    cause: Redis gives no answer at 127.0.0.1:6379',
    '    fix:   Start Redis',
  ]);
});

test('failures with different causes are shown separately, and one whose cause is not known with its evidence only', () => {
  const evidence = ['it answered 200', 'expected that redis_up is 1\n  last seen: no series'];
  const unknown: CriterionVerdict = { ...passed('P3.2'), status: 'failed', evidence };
  expect(format(verdictOn([failed('P3.1'), unknown])).slice(3, 12)).toEqual([
    '✗ P3.1 P3.1 holds',
    '    cause: Redis gives no answer at 127.0.0.1:6379',
    '    fix:   Start Redis',
    '',
    '✗ P3.2 P3.2 holds',
    '    it answered 200',
    '    expected that redis_up is 1',
    '      last seen: no series',
    '',
  ]);
});

test('failures of which nothing is known but the same error are grouped under it, and others are not', () => {
  const fail = (id: string, ...evidence: string[]): CriterionVerdict => ({ ...passed(id), status: 'failed', evidence });
  const criteria = [
    fail('P3.1', 'a', 'no such host'),
    fail('P3.2', 'no such host'),
    fail('P3.3', 'expected 1 to be 2'),
  ];
  expect(format(verdictOn(criteria)).slice(3, 9)).toEqual([
    '✗ P3.1 P3.1 holds',
    '✗ P3.2 P3.2 holds',
    '    no such host',
    '',
    '✗ P3.3 P3.3 holds',
    '    expected 1 to be 2',
  ]);
});

test('a fix is only shown if there is one', () => {
  const { fix: _, ...criterion } = failed('P3.1');
  expect(format(verdictOn([criterion])).slice(3, 6)).toEqual([
    '✗ P3.1 P3.1 holds',
    '    cause: Redis gives no answer at 127.0.0.1:6379',
    '',
  ]);
});

test('a large group is shown by ID only', () => {
  const many = Array.from({ length: 13 }, (_, index) => failed(`P3.${index + 1}`));
  expect(format(verdictOn(many))[3]).toBe(`✗ 13 criteria: ${many.map(({ id }) => id).join(', ')}`);
});

test('skipped criteria are shown with the reason, and counted', () => {
  const skipped: CriterionVerdict = { ...passed('P3.2'), status: 'skipped', cause: 'it takes a part away' };
  const lines = format(verdictOn([passed('P3.1'), skipped]));
  expect(lines.slice(3, 5)).toEqual(['– P3.2 P3.2 holds', '    skipped: it takes a part away']);
  expect(lines).toContain('1 passed, 0 failed, 1 skipped in 8.9 s · embedded Alloy, not Grafana Alloy');
});

test('phases are aligned, whatever their numbers', () => {
  const [phase] = verdictOn([passed('P3.1')]).phases;
  if (phase === undefined) throw new TypeError('the sample has a phase');
  const phases = [phase, { ...phase, id: 'phase10', title: 'API' }];
  expect(format(verdictOn([], { phases })).slice(1, 3)).toEqual([
    '✓ phase3   Redis metrics   1 of  1 passed   1.2 s',
    '✓ phase10  API             1 of  1 passed   1.2 s',
  ]);
});

test('what went wrong outside of all criteria is shown, with what it means', () => {
  const lines = format(verdictOn([passed('P3.1')], { errors: ['late (phases/x.spec.ts:3)'] }));
  expect(lines.slice(3, 5)).toEqual([
    '! Whether all criteria hold can’t be told: something went wrong outside of them',
    '    error: late (phases/x.spec.ts:3)',
  ]);
});

test('what other programs have answered is no line of its own, no command and no control character, wherever it is', () => {
  const foreign = 'x\n::warning::pwn\n```\n# owned\u001b[31m\u001b]0;t\u0007\r::error::y ##[group]z';
  const seen = { kind: 'query failure', message: foreign } as const;
  const observation = sampleObservation({ seen, nearest: seen });
  const line = { component: foreign, message: foreign };
  const evidence = [observation, { kind: 'error', message: foreign } as const].map(describeEvidence);
  const refused = { kind: 'query refused', url: 'http://h', status: 400, message: foreign, user: '' } as const;
  const criteria = [
    failed('P3.1', { evidence: evidence.slice(0, 1), ...describeFinding(refused) }),
    failed('P3.2', describeFinding({ kind: 'no answer from Alloy', url: 'http://h', lastLog: line })),
    failed('P3.3', describeFinding({ kind: 'listed problems', problems: [foreign], fix: foreign })),
    { ...passed('P3.4'), status: 'failed', evidence: evidence.slice(1) } as const,
    { ...passed('P3.5'), status: 'skipped', cause: foreign } as const,
  ];
  const verdict = verdictOn(criteria, { errors: [foreign], ownTelemetry: { problem: foreign } });
  const failure = new CriterionFailed(observation, refused).message;
  const texts = [formatSummary(verdict, 30), formatProblems(verdict), formatProblem(foreign, foreign), failure];
  for (const text of texts) {
    const plain = removeStyles(text);
    expect(plain).toContain('pwn');
    expect(plain).not.toMatch(/^\s*::|##\[|^```|^#/m);
    expect(plain).not.toMatch(/[^\P{Cc}\n]/u);
  }
  // Those that are one line stay one.
  for (const text of [failure, formatProblems(verdict)]) expect(removeStyles(text)).not.toMatch(/^\s*(?:: :|```|#)/m);
});

/** Without the colours of the report, which are the only control sequences in it. */
function removeStyles(text: string): string {
  return text.replace(new RegExp(`${String.fromCodePoint(27)}\\[(?:1|2|22|3[0-9])m`, 'g'), '');
}

test('a Grafana Alloy is shown with its version', () => {
  const lines = format(verdictOn([passed('P3.1')], { alloy: { kind: 'binary', version: 'v1.18.0' } }));
  expect(lines.at(-2)).toBe('1 passed, 0 failed in 8.9 s · Grafana Alloy (binary) v1.18.0');
});

describe('the first line of a run', () => {
  test.each([
    [
      { stack: 'native', alloy: { kind: 'embedded' }, backend: 'mock', warm: false },
      'stack: native · Alloy: embedded Alloy, not Grafana Alloy · backend: mock Grafana Cloud on loopback',
    ],
    [
      {
        stack: 'containers',
        alloy: { kind: 'container' },
        backend: 'mock',
        warm: true,
        standIns: ['postgres:15', 'redis:7'],
      },
      'stack: containers (warm), with stand-in images for postgres:15, redis:7 · Alloy: Grafana Alloy (container) · backend: mock Grafana Cloud',
    ],
    [
      { stack: 'external', alloy: { kind: 'external' }, backend: 'cloud', warm: false },
      'stack: external · Alloy: external Alloy · backend: Grafana Cloud',
    ],
  ] as const)('%j', (run, line) => {
    expect(describeRun(run)).toBe(line);
  });
});

test.each<[string, (n: number) => Finding]>([
  [
    'the sample that an answer names',
    (n) => ({
      kind: 'remote write refused',
      status: 400,
      message: `The affected sample has timestamp 2026-11-27T04:30:2${n}.567Z and is from series up{instance="${n}"}`,
      place: { component: 'prometheus.remote_write.x' },
    }),
  ],
  [
    'the series that is the example',
    (n) => ({
      kind: 'series merged',
      place: { component: 'prometheus.relabel.x' },
      block: 'rule',
      action: 'labeldrop',
      regex: 'queue',
      labels: ['queue'],
      metric: `m${n}`,
    }),
  ],
  [
    'how many samples it concerns by now',
    (n) => ({ kind: 'samples too old', count: n, place: { component: 'prometheus.remote_write.x' } }),
  ],
])('causes that differ only in %s are one', (_, find) => {
  const criteria = [1, 2].map((n) => failed(`P3.${n}`, { ...describeFinding(find(n)), finding: find(n) }));
  expect(format(verdictOn(criteria)).filter((one) => one.includes('cause:'))).toHaveLength(1);
});
