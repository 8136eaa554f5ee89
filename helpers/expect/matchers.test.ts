import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { newSpan } from '../emit/telemetry.ts';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import type { Observation } from '../findings/evidence.ts';
import type { TraceId } from '../otlp/ids.ts';
import './matchers.ts';
import type { Logs, Metric, Question, Ranges, Search, Series, Telemetry, Trace } from './question.ts';
import { useRun } from './run.ts';

const question: Question = { subject: { kind: 'delivery' }, path: 'otlp', deadline: 250 };
const none = { attributes: [], droppedAttributesCount: 0 };
const ID = 'abc' as TraceId;

const values = (...found: number[]): Metric => ({
  ...question,
  kind: 'metric',
  ask: async () => found.map((value) => ({ labels: {}, time: 0, value })),
});
/** One sample of each series, scraped a little after the first question. */
const scraped = (...found: number[]): Ranges => {
  let time: number | undefined;
  return {
    ...question,
    kind: 'ranges',
    async ask() {
      time ??= (Date.now() + 5) / 1000;
      const samples = found.map((value) => [{ time: time ?? 0, value }]);
      return samples.map((taken) => ({ labels: {}, samples: taken }));
    },
  };
};
const logs = (...lines: string[]): Logs => ({
  ...question,
  kind: 'logs',
  ask: async () => lines.map((line) => ({ labels: {}, time: 0n, line })),
});
const search = (...ids: string[]): Search => ({ ...question, kind: 'search', ask: async () => ids });
const series = (...jobs: string[]): Series => ({
  ...question,
  kind: 'series',
  ask: async () => jobs.map((job) => ({ job })),
});
const trace = (...names: string[]): Trace => ({
  ...question,
  kind: 'trace',
  ask: async () => names.map((name) => ({ resource: none, span: newSpan({ name }) })),
});
const answer = <T>(value: T, isFinal?: () => boolean): Telemetry<T> => ({
  ...question,
  ask: async () => value,
  ...(isFinal && { isFinal }),
});
const source = async () => 5;

type Case = {
  readonly holds: () => Promise<void>;
  readonly fails: () => Promise<void>;
  readonly seen: object;
  readonly negated: () => Promise<void>;
};

/** For each matcher, a use that holds, one that fails with what was seen, and one with `not`. */
const CASES: Record<string, Case> = {
  toHaveValue: {
    holds: () => expect(values(1, 1)).toHaveValue(1),
    fails: () => expect(values(1, 2)).toHaveValue(1),
    seen: { kind: 'values', count: 2, values: [1, 2] },
    negated: () => expect(values(2)).not.toHaveValue(1),
  },
  toHaveValueAtLeast: {
    holds: () => expect(values(5)).toHaveValueAtLeast(5),
    fails: () => expect(values(4.9)).toHaveValueAtLeast(5),
    seen: { kind: 'values', count: 1, values: [4.9] },
    negated: () => expect(values(1)).not.toHaveValueAtLeast(5),
  },
  toHaveValueAtMost: {
    holds: () => expect(values(5)).toHaveValueAtMost(5),
    fails: () => expect(values(6)).toHaveValueAtMost(5),
    seen: { kind: 'values', count: 1, values: [6] },
    negated: () => expect(values(6)).not.toHaveValueAtMost(5),
  },
  toHaveValueAbove: {
    holds: () => expect(values(0.1)).toHaveValueAbove(0),
    fails: () => expect(values(0)).toHaveValueAbove(0),
    seen: { kind: 'values', count: 1, values: [0] },
    negated: () => expect(values(0)).not.toHaveValueAbove(0),
  },
  toHaveValueBelow: {
    holds: () => expect(values(4)).toHaveValueBelow(5),
    fails: () => expect(values(5)).toHaveValueBelow(5),
    seen: { kind: 'values', count: 1, values: [5] },
    negated: () => expect(values(6)).not.toHaveValueBelow(5),
  },
  toAgreeWith: {
    holds: () => expect(scraped(3, 4)).toAgreeWith(source, 'INFO', 2),
    fails: () => expect(scraped(3, 4)).toAgreeWith(source, 'INFO', 1),
    seen: { kind: 'comparison', value: 7, source: 'INFO', least: 5, most: 5 },
    negated: () => expect(scraped(7)).not.toAgreeWith(source, 'INFO'),
  },
  toHaveSpan: {
    holds: () => expect(trace('a', 'b')).toHaveSpan({ name: 'b' }),
    fails: () => expect(trace('a')).toHaveSpan({ name: 'b' }),
    seen: { kind: 'spans', names: ['a'] },
    negated: () => expect(trace('a')).not.toHaveSpan({ name: 'b' }),
  },
  toFind: {
    holds: () => expect(search('x', ID)).toFind(ID),
    fails: () => expect(search('x')).toFind(ID),
    seen: { kind: 'count', of: 'traces', count: 1 },
    negated: () => expect(search('x')).not.toFind(ID),
  },
  toHaveLine: {
    holds: () => expect(logs('x', 'y')).toHaveLine('y'),
    fails: () => expect(logs('yy')).toHaveLine('y'),
    seen: { kind: 'count', of: 'lines', count: 1 },
    negated: () => expect(logs('x')).not.toHaveLine('y'),
  },
  toHaveLines: {
    holds: () => expect(logs('tracing on', 'METRICS on')).toHaveLines('tracing', /metrics/i),
    fails: () => expect(logs('tracing on', 'METRICS on')).toHaveLines('tracing', 'metrics'),
    seen: { kind: 'count', of: 'lines', count: 2 },
    negated: () => expect(logs('x')).not.toHaveLines('y'),
  },
  toHaveAnyLine: {
    holds: () => expect(logs('x')).toHaveAnyLine(),
    fails: () => expect(logs()).toHaveAnyLine(),
    seen: { kind: 'count', of: 'lines', count: 0 },
    negated: () => expect(logs()).not.toHaveAnyLine(),
  },
  toAllHave: {
    holds: () => expect(series('x', 'x')).toAllHave({ job: 'x' }),
    fails: () => expect(series('x', 'y')).toAllHave({ job: 'x' }),
    seen: { kind: 'answer', count: 1, json: '[{"job":"y"}]' },
    negated: () => expect(series('y')).not.toAllHave({ job: 'x' }),
  },
  toBeEmpty: {
    holds: () => expect(series()).toBeEmpty(),
    fails: () => expect(series('x')).toBeEmpty(),
    seen: { kind: 'answer', count: 1, json: '[{"job":"x"}]' },
    negated: () => expect(series('x')).not.toBeEmpty(),
  },
  toShow: {
    holds: () => expect(answer(3)).toShow('is three', (value) => value === 3),
    fails: () => expect(answer(4)).toShow('is three', (value) => value === 3),
    seen: { kind: 'answer', json: '4' },
    negated: () => expect(answer(4)).not.toShow('is three', () => false),
  },
};

async function withAlloy(body: () => Promise<void>): Promise<void> {
  await using alloy = await startAnsweringServer(() => ({ body: '' }));
  useRun(sampleRun({ origin: alloy.url }));
  await body();
}

async function catchFailure(run: () => Promise<void>): Promise<Observation> {
  const error = await run().catch((reason: unknown) => reason);
  if (error instanceof CriterionFailed && error.evidence?.kind === 'observation') return error.evidence;
  throw new Error(`it did not fail with an observation: ${error}`);
}

test.each(Object.entries(CASES))('%s holds', (_, { holds }) =>
  withAlloy(async () => {
    await holds();
  }),
);

test('what holds is recorded in the task of the criterion', ({ task }) =>
  withAlloy(async () => {
    await expect(values(1)).toHaveValue(1);
    expect(task.meta.evidence).toMatchObject([
      { kind: 'observation', holds: true, condition: { kind: 'value', is: 'equal', value: 1 }, attempts: 1 },
    ]);
  }));

test.each(Object.entries(CASES))('%s fails with what was seen last', (_, { fails, seen }) =>
  withAlloy(async () => {
    const observation = await catchFailure(fails);
    expect(observation).toMatchObject({ holds: false, subject: { kind: 'delivery' }, path: 'otlp', seen });
    expect(observation.attempts).toBeGreaterThan(1);
    expect(observation.elapsedMs).toBeGreaterThanOrEqual(250);
  }),
);

test.each(Object.entries(CASES))('%s refuses "not"', async (_, { negated }) => {
  await expect(negated()).rejects.toThrow('"not" proves nothing');
});

test.each(['toHaveValue', 'toHaveValueAtLeast', 'toHaveValueAtMost', 'toHaveValueAbove', 'toHaveValueBelow'] as const)(
  '%s fails if there is no series',
  (matcher) =>
    withAlloy(async () => {
      const { seen } = await catchFailure(() => expect(values())[matcher](0));
      expect(seen).toEqual({ kind: 'values', count: 0, values: [] });
    }),
);

test('toAgreeWith fails if there is no sample, whatever the source says', () =>
  withAlloy(async () => {
    const { seen } = await catchFailure(() => expect(scraped()).toAgreeWith(async () => 0, 'INFO', 1));
    expect(seen).toEqual({ kind: 'comparison', source: 'INFO', least: 0, most: 0 });
  }));

test('toAgreeWith takes no more than the tolerance', () =>
  withAlloy(async () => {
    await catchFailure(() => expect(scraped(5.5)).toAgreeWith(source, 'INFO'));
  }));

test('toAgreeWith fails if the only sample that agrees was scraped before the call', () =>
  withAlloy(async () => {
    const old: Ranges = { ...scraped(), ask: async () => [{ labels: {}, samples: [{ time: 1, value: 5 }] }] };
    await catchFailure(() => expect(old).toAgreeWith(source, 'INFO'));
  }));

test('toAgreeWith holds if a sample agrees with what the source said then, though it says something else by now', () =>
  withAlloy(async () => {
    const sayings = [7, 7, 30];
    await expect(scraped(7)).toAgreeWith(async () => sayings.shift() ?? 30, 'INFO');
  }));

test('toAllHave fails if a series lacks one of several labels', () =>
  withAlloy(async () => {
    const found: Series = { ...series(), ask: async () => [{ job: 'x', instance: 'z' }] };
    await catchFailure(() => expect(found).toAllHave({ job: 'x', instance: 'y' }));
    await catchFailure(() => expect(found).toAllHave({ job: 'y', instance: 'z' }));
    await expect(found).toAllHave({ job: 'x', instance: 'z' });
  }));

test('toAllHave fails if there is no series', () =>
  withAlloy(async () => {
    const { seen } = await catchFailure(() => expect(series()).toAllHave({ job: 'x' }));
    expect(seen).toEqual({ kind: 'nothing' });
  }));

test('a final answer ends the wait at once', () =>
  withAlloy(async () => {
    const final = { ...answer(4, () => true), deadline: 60_000 };
    expect(await catchFailure(() => expect(final).toShow('is three', () => false))).toMatchObject({ attempts: 1 });
  }));

test('problems become the finding, with the fix', () => {
  expect(() => expect([]).toHaveNoProblems('do this')).not.toThrow();
  expect(() => expect(['a is wrong']).toHaveNoProblems('do this')).toThrow(
    expect.objectContaining({
      evidence: undefined,
      finding: { kind: 'listed problems', problems: ['a is wrong'], fix: 'do this' },
    }),
  );
  expect(() => expect(['a']).not.toHaveNoProblems('x')).toThrow('"not" proves nothing');
});
