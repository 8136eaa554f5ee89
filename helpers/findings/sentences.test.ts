import { describe, expect, test } from 'vitest';
import { describeEvidence } from './evidence-sentences.ts';
import { describeFinding } from './finding-sentences.ts';
import { describeFailure } from './sentences.ts';
import { sampleFindings, sampleObservation } from './testing/samples.ts';

const up = sampleObservation();

describe('evidence in words', () => {
  test('a fact keeps the words of the spec', () => {
    expect(describeEvidence({ kind: 'fact', fact: 'all is well' })).toBe('all is well');
  });

  test('what holds is one line with what was seen and the number of attempts', () => {
    const seen = { kind: 'values', count: 1, values: [1] } as const;
    expect(describeEvidence({ ...up, holds: true, seen, attempts: 5, elapsedMs: 240 })).toBe(
      'redis_up{job="integrations/redis_exporter",instance="redis"} is 1: 1 (5 attempts in 0.2 s)',
    );
    expect(describeEvidence({ ...up, holds: true, seen, attempts: 1, elapsedMs: 4 })).toMatch(
      /\(1 attempt in 0\.0 s\)$/,
    );
  });

  test('what does not hold is shown with what was expected, last seen and nearest', () => {
    const nearest = {
      kind: 'other labels',
      metric: 'redis_up',
      wanted: { job: 'integrations/redis_exporter', instance: 'redis' },
      found: [{ job: 'integrations/redis', instance: 'redis:6379' }],
    } as const;
    expect(describeEvidence({ ...up, nearest })).toBe(
      [
        'expected that redis_up{job="integrations/redis_exporter",instance="redis"} is 1',
        '  last seen: no series',
        '  nearest:   redis_up exists with job="integrations/redis", instance="redis:6379"',
        '  asked:     12 attempts in 3.4 s',
      ].join('\n'),
    );
  });

  test('an error keeps all lines of its message', () => {
    expect(describeEvidence({ kind: 'error', message: 'expected 1\n  to be 2' })).toBe('expected 1\n  to be 2');
  });

  test.each([
    [{ kind: 'OTLP metric', metric: 'm', service: 's' }, 'm of s'],
    [{ kind: 'series', selector: '{job="x"}' }, '{job="x"}'],
    [{ kind: 'trace', traceId: 'abc' }, 'the trace abc'],
    [{ kind: 'traces', query: '{name="x"}' }, '{name="x"}'],
    [{ kind: 'logs', query: '{a="b"}' }, '{a="b"}'],
    [{ kind: 'metric of Alloy', metric: 'm', labels: {} }, "Alloy's own m"],
    [{ kind: 'metric of Alloy', metric: 'm', labels: { a: 'b' } }, 'Alloy\'s own m{a="b"}'],
    [{ kind: 'delivery' }, "Alloy's OTLP export"],
  ] as const)('the subject %j', (subject, words) => {
    const observation = sampleObservation({ subject: subject as typeof up.subject });
    expect(describeEvidence(observation).split('\n')[0]).toBe(`expected that ${words} is 1`);
  });

  test.each([
    [{ kind: 'value', is: 'at most', value: 3 }, 'is at most 3'],
    [{ kind: 'agreement', with: 'INFO', within: 0 }, 'agrees with INFO'],
    [{ kind: 'agreement', with: 'INFO', within: 2 }, 'agrees with INFO, give or take 2'],
    [{ kind: 'span', shape: '{"name":"x"}' }, 'has a span {"name":"x"}'],
    [{ kind: 'trace', traceId: 'abc' }, 'finds the trace abc'],
    [{ kind: 'line', line: 'a "b"' }, 'has the line "a \\"b\\""'],
    [{ kind: 'lines', patterns: ['tracing', '/logs?/i'] }, 'has a line for each of tracing, /logs?/i'],
    [{ kind: 'labels', labels: { instance: 'redis' } }, 'has series, all with instance="redis"'],
    [{ kind: 'any', of: 'line' }, 'has a line'],
    [{ kind: 'any', of: 'value' }, 'has a value'],
    [{ kind: 'any', of: 'trace' }, 'finds a trace'],
    [{ kind: 'empty' }, 'is empty'],
    [{ kind: 'newer sample', since: 0 }, 'has a sample after 1970-01-01T00:00:00.000Z'],
    [{ kind: 'stated', statement: 'has a line' }, 'has a line'],
  ] as const)('the condition %j', (condition, words) => {
    const observation = sampleObservation({
      subject: { kind: 'logs', query: 'q' },
      condition: condition as typeof up.condition,
    });
    expect(describeEvidence(observation).split('\n')[0]).toBe(`expected that q ${words}`);
  });

  test.each([
    [{ kind: 'nothing' }, 'nothing'],
    [{ kind: 'values', count: 0, values: [] }, 'no series'],
    [{ kind: 'values', count: 2, values: [1, 2] }, '2 series with 1, 2'],
    [{ kind: 'values', count: 9, values: [1, 2] }, '9 series with 1, 2, …'],
    [{ kind: 'disagreement', count: 1, values: [3], source: 'INFO', truth: 4 }, '3, while INFO says 4'],
    [{ kind: 'spans', names: [] }, 'no spans'],
    [{ kind: 'spans', names: ['a', 'b'] }, 'spans a, b'],
    [{ kind: 'count', of: 'lines', count: 3 }, '3 lines'],
    [{ kind: 'count', of: 'traces', count: 1 }, '1 trace'],
    [
      { kind: 'samples', series: [{ count: 7, newest: [{ time: 1500, value: 0 }] }] },
      '7 samples, the newest 0 at 00:00:01.500',
    ],
    [{ kind: 'newest sample', time: 0 }, 'the newest sample is from 1970-01-01T00:00:00.000Z'],
    [{ kind: 'answer', count: 2, json: '[1,2]' }, '2 found: [1,2]'],
    [{ kind: 'query failure', message: 'http://x answered 500' }, 'http://x answered 500'],
  ] as const)('seen: %j', (seen, words) => {
    expect(describeEvidence(sampleObservation({ seen })).split('\n')).toContain(`  last seen: ${words}`);
  });

  test.each([
    [
      { kind: 'other names', metric: 'pg_upp', labels: { job: 'x' }, count: 9, names: ['pg_up'] },
      'no series of this run is called pg_upp; 9 other names have these labels, the nearest: pg_up',
    ],
    [{ kind: 'no series', labels: { job: 'x' } }, 'no series of this run has the labels job="x"'],
    [{ kind: 'other traces', count: 3, example: 'abc' }, '3 other traces of this run are in the backend, such as abc'],
    [{ kind: 'no traces' }, 'no trace of this run is in the backend'],
    [
      { kind: 'other lines', selector: '{a="b"}', count: 7, newest: 'listening' },
      '{a="b"} has 7 other lines, the newest: listening',
    ],
    [{ kind: 'other services', selector: '{a="b"}', services: ['bot'] }, '{a="b"} has no lines; bot has some'],
    [
      { kind: 'other services', selector: '{a="b"}', services: ['api', 'bot'] },
      '{a="b"} has no lines; api, bot have some',
    ],
    [{ kind: 'no lines' }, 'no log line of this run is in the backend'],
    [{ kind: 'query failure', message: 'http://x gives no answer' }, 'http://x gives no answer'],
  ] as const)('nearest: %j', (nearest, words) => {
    expect(describeEvidence(sampleObservation({ nearest })).split('\n')).toContain(`  nearest:   ${words}`);
  });
});

describe('findings in words', () => {
  test.each(Object.entries(sampleFindings))('%s has a cause and a fix', (_, findings) => {
    for (const finding of findings) {
      const { cause, fix } = describeFinding(finding);
      expect(cause.length).toBeGreaterThan(10);
      expect(fix.length).toBeGreaterThan(10);
      expect(`${cause} ${fix}`).not.toMatch(/undefined|\[object|null/);
    }
  });

  test('a refused login names the variable that has the same ID', () => {
    const twin = 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID';
    const { cause, fix } = describeFinding({
      kind: 'OTLP login refused',
      instanceId: '2847239',
      reason: 'foreign instance ID',
      twin,
    });
    expect(cause).toContain(
      '401 Unauthorized to the instance ID 2847239, which is GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID; Alloy',
    );
    expect(fix).toContain("the OTLP gateway's own ID");
  });

  test('without a finding the message of the error is the evidence alone', () => {
    expect(describeFailure(up, undefined)).toBe(describeEvidence(up));
    expect(describeFailure(undefined, { kind: 'listed problems', problems: ['x is wrong'], fix: 'y' })).toBe(
      '  cause:     x is wrong\n  fix:       y',
    );
  });

  test('the message of the error holds what was found, the cause and the fix', () => {
    expect(
      describeFailure({ kind: 'error', message: 'expected 1 to be 2' }, { kind: 'nothing sent by remote write' }),
    ).toBe(
      [
        'expected 1 to be 2',
        '  cause:     remote write has not sent a single sample',
        '  fix:       Let forward_to of each prometheus.scrape lead to a prometheus.remote_write (Alloy shows the graph at /graph)',
      ].join('\n'),
    );
  });
});
