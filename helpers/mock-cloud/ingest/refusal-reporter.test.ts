import { describe, expect, test } from 'vitest';
import { createRefusalReporter } from './refusal-reporter.ts';

function createReporter() {
  const lines: string[] = [];
  const clock = { now: 1_000_000 };
  const report = createRefusalReporter(
    (line) => lines.push(line),
    'glc_secret/+=',
    () => clock.now,
  );
  return { lines, clock, report };
}

test('the first refusal of a kind is a line, the next ones are summed up a minute later', () => {
  const { lines, clock, report } = createReporter();
  for (let times = 0; times < 5; times++) report('a', 'refused a');
  report('b', 'refused b');
  clock.now += 60_000;
  report('a', 'refused a');
  expect(lines).toEqual(['refused a', 'refused b', 'refused a (and 4 times before)']);
});

test('a flood of kinds is 20 lines in ten seconds and one that says so, and does not hide later ones', () => {
  const { lines, clock, report } = createReporter();
  for (let kind = 0; kind < 1000; kind++) report(String(kind), `refused ${kind}`);
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('more is refused than is shown here; /metrics counts it');
  clock.now += 10_000;
  report('later', 'refused later');
  expect(lines.at(-1)).toBe('refused later');
});

describe('a line has no credential and is one line', () => {
  test.each([
    ['the token', 'GET /x/glc_secret/+=/y', 'GET /x/<token>/y'],
    ['another token', 'GET /x?a=glc_other123=', 'GET /x?a=glc_…'],
    ['a service account token', 'at glsa_abc_1', 'at glsa_…'],
    ['a legacy key', 'at eyJrIjoiYWJjZGVm', 'at eyJ…'],
    ['line ends and escapes', 'a\r\nb\x1b[31mc\n', 'a b [31mc'],
  ])('%s', (_, sent, expected) => {
    const { lines, report } = createReporter();
    report('x', sent);
    expect(lines).toEqual([expected]);
  });
  test('however long what was sent is', () => {
    const { lines, report } = createReporter();
    report('x', 'y'.repeat(100_000));
    expect(lines[0]).toHaveLength(501);
  });
});
