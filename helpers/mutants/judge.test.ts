import { expect, test } from 'vitest';
import { type Failed, isProven, judge, type Outcome, summarize } from './judge.ts';
import type { Mutant } from './mutant.ts';

const noOp: Mutant = { id: 'x', title: 'a mistake', breaks: {}, run: ['phase1'] };
const mutant: Mutant = { ...noOp, expected: { cause: /pg_up/, vague: /database/ } };

function outcome(failed: readonly Failed[], other: Partial<Outcome> = {}): Outcome {
  return { id: 'x', seconds: 1, failed, passed: 1, ...other };
}

test.each([
  ['right', [{ id: 'P1.1', cause: 'a rule drops pg_up', fix: 'remove it' }]],
  ['right', [{ id: 'P1.1', cause: 'a rule drops a metric', fix: 'look for pg_up' }]],
  ['right', [{ id: 'P1.1' }, { id: 'P1.2', cause: 'a rule drops pg_up' }]],
  ['vague', [{ id: 'P1.1', cause: 'something with the database' }]],
  [
    'vague',
    [
      { id: 'P1.1', cause: 'the network' },
      { id: 'P1.2', cause: 'a rule drops pg_up' },
    ],
  ],
  ['wrong', [{ id: 'P1.1', cause: 'the network' }]],
  ['none', [{ id: 'P1.1', evidence: 'expected pg_up' }]],
] as const)('a mutant is caught, and its first cause is %s', (grade, failed) => {
  expect(judge(mutant, outcome(failed))).toMatchObject({ isCaught: true, grade });
});

test('a mutant in whose run nothing fails is not caught', () => {
  expect(judge(mutant, outcome([]))).toMatchObject({ isCaught: false, grade: '-' });
});

test('a mutant is not caught unless the criteria fail that have to', () => {
  const strict = { ...mutant, expected: { cause: /pg_up/, fails: ['P1.2'] } };
  const [first, second] = ['P1.1', 'P1.2'].map((id) => ({ id, cause: 'pg_up' })) as [Failed, Failed];
  expect(judge(strict, outcome([first]))).toMatchObject({ isCaught: false });
  expect(judge(strict, outcome([first, second]))).toMatchObject({ isCaught: true });
});

test('a run that refuses to be made has caught its mutant, and its message is the cause', () => {
  const refused = { cause: 'pg_up is no setting', fix: 'unset it' };
  expect(judge(mutant, outcome([], { refused }))).toMatchObject({ isCaught: true, grade: 'right' });
});

test('a no-op is silent where nothing failed, in or beside the criteria', () => {
  expect(judge(noOp, outcome([]))).toMatchObject({ isCaught: true, isNoOp: true, grade: '-' });
  expect(judge(noOp, outcome([{ id: 'P1.1' }]))).toMatchObject({ isCaught: false });
  expect(judge(noOp, outcome([], { errors: ['a spec'] }))).toMatchObject({ isCaught: false });
});

test('it is proven only if all are caught, none is wrong, no-ops are silent, and 95 % are right', () => {
  const right = judge(mutant, outcome([{ id: 'P1.1', cause: 'pg_up' }]));
  const vague = judge(mutant, outcome([{ id: 'P1.1', cause: 'database' }]));
  const wrong = judge(mutant, outcome([{ id: 'P1.1', cause: 'network' }]));
  const missed = judge(mutant, outcome([]));
  const silent = judge(noOp, outcome([]));
  const loud = judge(noOp, outcome([{ id: 'P1.1' }]));
  const broken = judge(mutant, outcome([], { problem: 'the edit does not apply' }));
  const many = Array.from({ length: 19 }, () => right);
  expect(isProven([...many, vague, silent])).toBe(true);
  for (const bad of [wrong, missed, loud, broken]) expect(isProven([...many, right, bad])).toBe(false);
  expect(isProven([...many, vague, vague])).toBe(false);
  expect(summarize([...many, vague, wrong, missed, silent, loud])).toEqual({
    mutants: 22,
    caught: 21,
    right: 19,
    vague: 1,
    wrong: 1,
    none: 0,
    noOps: 2,
    silent: 1,
    problems: 0,
  });
});
