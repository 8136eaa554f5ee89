import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import { conclude } from './conclude.ts';
import { useRun } from './run.ts';
import { type JudgedTask, record } from './task.ts';

const redis = { host: '127.0.0.1', port: 1, password: '' };

useRun(sampleRun());

async function concludeIn(task: JudgedTask, error: unknown): Promise<CriterionFailed> {
  await using alloy = await startAnsweringServer(({ path }) => ({ body: path.includes('components') ? '[]' : '' }));
  useRun(sampleRun({ origin: alloy.url, redis }));
  return await conclude(task, error);
}

test('the failure is recorded after the facts, with its cause, as data that can be cloned', async () => {
  const task: JudgedTask = { meta: {} };
  record(task, { kind: 'fact', fact: 'it was there before' });
  const observation = sampleObservation();
  const failure = await concludeIn(task, new CriterionFailed(observation));
  expect(task.meta).toEqual({
    evidence: [{ kind: 'fact', fact: 'it was there before' }, observation],
    finding: { kind: 'source unreachable', source: 'redis', address: '127.0.0.1:1', variable: 'REDIS_URL' },
  });
  expect(structuredClone(task.meta)).toEqual(task.meta);
  expect(failure.message).toContain('cause:     Redis gives no answer at 127.0.0.1:1');
});

test('any other error is recorded by its message, and kept as the cause of the error that is thrown', async () => {
  const task: JudgedTask = { meta: { needs: ['redis'] } };
  const error = new TypeError('fetch failed: connect ECONNREFUSED');
  const failure = await concludeIn(task, error);
  expect(task.meta.evidence).toEqual([{ kind: 'error', message: 'fetch failed: connect ECONNREFUSED' }]);
  expect(task.meta.finding).toMatchObject({ kind: 'source unreachable' });
  expect(failure).toMatchObject({ name: 'CriterionFailed', cause: error });
});

test('a statement that PostgreSQL refuses, because it knows no such column, is the cause itself; other errors of it are not', async () => {
  const refuse = (code: string, message: string) => Object.assign(new Error(message), { severity: 'ERROR', code });
  const find = async (error: Error) => {
    const task: JudgedTask = { meta: {} };
    await concludeIn(task, error);
    return task.meta.finding;
  };
  expect(await find(refuse('42703', 'column "a" of relation "b" does not exist'))).toMatchObject({
    kind: 'source fails',
    source: 'postgres',
    fault: 'schema',
    reason: 'column "a" of relation "b" does not exist',
  });
  expect(await find(refuse('57P01', 'terminating connection'))).not.toMatchObject({ kind: 'listed problems' });
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'it threw undefined, which is not an error'],
  ['a text', 'stop', "it threw 'stop', which is not an error"],
  ['an error with no message', new TypeError(''), 'it threw TypeError with no message'],
  [
    'a connection that fails at each address',
    new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error('connect ECONNREFUSED 127.0.0.1:5432')]),
    'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
  ],
])('%s that is thrown has words', async (_, thrown, message) => {
  const task: JudgedTask = { meta: {} };
  const failure = await concludeIn(task, thrown);
  expect(task.meta.evidence).toEqual([{ kind: 'error', message }]);
  expect(failure.message).toBe(message);
});

test('a part that the phase does not need, or that the criterion took away, is not blamed', async () => {
  const unneeded: JudgedTask = { meta: { needs: ['postgres'] } };
  await concludeIn(unneeded, new Error('expected 1 to be 2'));
  expect(unneeded.meta.finding).toBeUndefined();
  const takenAway: JudgedTask = { meta: { needs: ['redis'], takenAway: ['redis'] } };
  await concludeIn(takenAway, new Error('expected 1 to be 2'));
  expect(takenAway.meta.finding).toBeUndefined();
});

test('the error points at the line of the criterion, not at the helpers', async () => {
  const error = new CriterionFailed(sampleObservation());
  error.stack = [
    'CriterionFailed: x',
    `    at waitFor (file://${import.meta.dirname}/wait.ts:1:1)`,
    '    at async file:///phases/phase3.spec.ts:5:7',
  ].join('\n');
  const { stack, message } = await concludeIn({ meta: {} }, error);
  expect(stack).toBe(`CriterionFailed: ${message}\n    at async file:///phases/phase3.spec.ts:5:7`);
});

test('an error without a stack has none but its message', async () => {
  const error = new Error('x');
  delete error.stack;
  expect((await concludeIn({ meta: {} }, error)).stack).toBe('CriterionFailed: x');
});

test('no secret of the run is in what is recorded or thrown, nor in the cause that vitest prints', async () => {
  const task: JudgedTask = { meta: {} };
  const failure = await concludeIn(task, new Error('a service said: glc_secret_token'));
  expect(task.meta.evidence).toEqual([{ kind: 'error', message: 'a service said: (secret)' }]);
  const { message, stack, cause } = failure;
  expect(`${message} ${stack} ${inspect(cause)}`).not.toContain('glc_secret_token');
  expect(cause).toMatchObject({ message: 'a service said: (secret)' });
  const listed = { kind: 'listed problems', problems: ['glc_secret_token is wrong'], fix: 'x' } as const;
  await concludeIn(task, new CriterionFailed(undefined, listed));
  expect(task.meta.finding).toEqual({ ...listed, problems: ['(secret) is wrong'] });
});

test('a request that took too long is recorded as that, whatever kind of error it throws', async () => {
  const task: JudgedTask = { meta: {} };
  await concludeIn(task, new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  expect(task.meta.evidence).toEqual([
    { kind: 'error', message: 'The operation was aborted due to timeout', isTimeout: true },
  ]);
});

test('a known finding is kept', async () => {
  const task: JudgedTask = { meta: {} };
  const finding = { kind: 'listed problems', problems: ['x'], fix: 'y' } as const;
  await concludeIn(task, new CriterionFailed(undefined, finding));
  expect(task.meta).toEqual({ finding });
});
