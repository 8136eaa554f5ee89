import { expect, test } from 'vitest';
import { QueryError } from '../clients/http.ts';
import { computePause, poll } from './poll.ts';

/** An attempt that holds from the nth time on. */
const counting = (holdsAt: number) => {
  let attempts = 0;
  return async () => ({ holds: ++attempts >= holdsAt, seen: seen(attempts), value: attempts });
};
const seen = (count: number) => ({ kind: 'count', of: 'traces', count }) as const;
const NEVER = Number.POSITIVE_INFINITY;

test('an attempt that holds is the only one', async () => {
  expect(await poll(counting(1), 1000)).toMatchObject({ holds: true, attempts: 1, value: 1 });
});

test('it tries until it holds', async () => {
  expect(await poll(counting(4), 5000)).toMatchObject({ holds: true, attempts: 4, seen: seen(4) });
});

test('the deadline ends it with what was seen last', async () => {
  const outcome = await poll(counting(NEVER), 60);
  expect(outcome.holds).toBe(false);
  expect(outcome.seen).toEqual(seen(outcome.attempts));
  expect(outcome.elapsed).toBeGreaterThanOrEqual(60);
});

test('it tries once even if the deadline has passed', async () => {
  expect(await poll(counting(1), 0)).toMatchObject({ holds: true, attempts: 1 });
});

test('an attempt that throws does not hold', async () => {
  let attempts = 0;
  const outcome = await poll(async () => {
    if (++attempts < 3) throw new Error('not yet');
    return { holds: true, seen: seen(1), value: attempts };
  }, 5000);
  expect(outcome).toMatchObject({ holds: true, attempts: 3 });
});

test('the last error is what was seen, with the request of a query', async () => {
  const request = { url: 'http://h/api', user: '1', status: 401 };
  const refused = () => Promise.reject(new QueryError(request, 'answered 401: no'));
  expect((await poll(refused, 0)).seen).toEqual({
    kind: 'query failure',
    message: 'http://h/api answered 401: no',
    request,
  });
  const broken = () => Promise.reject(new Error('broken'));
  expect((await poll(broken, 0)).seen).toEqual({ kind: 'query failure', message: 'broken' });
});

test('it ends early if it should give up', async () => {
  const outcome = await poll(counting(NEVER), 60_000, { shouldGiveUp: async () => true });
  expect(outcome).toMatchObject({ holds: false, attempts: 1 });
});

test('it ends early after a final answer', async () => {
  const final = async () => ({ holds: false, seen: seen(0), value: 0, isFinal: true });
  expect(await poll(final, 60_000)).toMatchObject({ holds: false, attempts: 1 });
});

test('the pauses grow by half from 10 ms, and stay at 120 ms', () => {
  const pauses = Array.from({ length: 9 }, (_, index) => computePause(index + 1));
  expect(pauses.map(Math.round)).toEqual([10, 15, 23, 34, 51, 76, 114, 120, 120]);
});

test('it pauses between attempts, and longer if it should be slower', async () => {
  // A busy machine makes pauses longer, never shorter.
  const measure = async (options: { slower?: number }) => {
    const started = performance.now();
    const { attempts } = await poll(counting(4), 60_000, options);
    return { attempts, elapsed: performance.now() - started };
  };
  const [usual, slower] = await Promise.all([measure({}), measure({ slower: 10 })]);
  expect(usual.attempts).toBe(4);
  expect(usual.elapsed).toBeGreaterThanOrEqual(10 + 15 + 22);
  expect(slower.elapsed).toBeGreaterThanOrEqual(10 * (10 + 15 + 22));
});

test('the last pause ends at the deadline', async () => {
  const outcome = await poll(counting(NEVER), 60, { slower: 200 });
  expect(outcome.elapsed).toBeGreaterThanOrEqual(60);
  expect(outcome.elapsed).toBeLessThan(1000);
  expect(outcome.attempts).toBe(2);
});

test('an error that would come again ends it', async () => {
  const request = { url: 'http://h/api', user: '1', status: 401, isFinal: true };
  const refused = () => Promise.reject(new QueryError(request, 'answered 401: no'));
  expect(await poll(refused, 60_000)).toMatchObject({ holds: false, attempts: 1 });
});

test('a backend that wants not to be asked is not asked, and the deadline stays', async () => {
  const request = { url: 'http://h/api', user: '1', status: 429, retryAfterMs: 300 };
  const started = performance.now();
  let attempts = 0;
  const outcome = await poll(async () => {
    if (++attempts === 1) throw new QueryError(request, 'answered 429');
    return { holds: true, seen: seen(1), value: attempts };
  }, 5000);
  expect(outcome).toMatchObject({ holds: true, attempts: 2 });
  expect(performance.now() - started).toBeGreaterThanOrEqual(300);
  const limited = () => Promise.reject(new QueryError({ ...request, retryAfterMs: 60_000 }, 'answered 429'));
  expect((await poll(limited, 100)).elapsed).toBeLessThan(5000);
});
