/** A phase for the test of the reporter, with a criterion for each way to end. It is not part of the project's runs. */
import { outage, phase, test } from '../../expect/criterion.ts';
import { metric } from '../../expect/telemetry.ts';

phase('Phase 9: a sample', { needs: ['redis'], inOrder: true }, () => {
  test('P9.1 holds', async ({ note }) => {
    note('it holds');
  });

  test('P9.2 fails by an assertion', async ({ expect }) => {
    expect(1).toBe(2);
  });

  test('P9.3 fails by telemetry', async ({ expect }) => {
    await expect(metric('redis_up', { job: 'integrations/redis_exporter', instance: 'redis' })).toHaveValue(1);
  });

  test('P9.4 fails by a connection', async ({ redis }) => {
    await redis.connect();
  });

  test('P9.5 is skipped', async ({ skip }) => {
    skip('there is no reason to run it');
  });

  test('P9.6 lists its problems', async ({ expect }) => {
    expect(['this is wrong']).toHaveNoProblems('correct it');
  });

  test('P9.7 never ends', async () => {
    await new Promise(() => undefined);
  });

  test('P9.8 fails while a part is away', async ({ expect, stack }) => {
    await stack.takeAway('redis');
    expect(1).toBe(2);
  });

  test('P9.9 brings a part back itself', async ({ stack, note }) => {
    await stack.takeAway('postgres');
    await stack.bringBack('postgres');
    note('it is back');
  });

  outage('P9.10 belongs to the other order', async () => undefined);

  test('P9.11 asserts nothing', async () => undefined);

  test('P9.12 asserts, and has no evidence', async ({ expect }) => {
    expect(1).toBe(1);
  });

  test('P9.13 throws what is not an error', async () => {
    throw undefined;
  });

  test('P9.14 does not await its assertion', async ({ expect }) => {
    // Its failure comes when the criterion has ended.
    expect(metric('no_such_metric', {}))
      .toHaveValue(1)
      .catch(() => undefined);
  });

  test('P9.15 calls no matcher', async ({ expect }) => {
    expect(1);
  });

  test('P9.16 calls no matcher on one of its values', async ({ expect, note }) => {
    expect(1).toBe(1);
    note('it holds');
    expect(2).not;
  });

  test('P9.17 polls and calls no matcher', async ({ expect }) => {
    expect.poll(() => 1);
  });

  test('P9.18 does not await what it polls', async ({ expect }) => {
    expect.poll(() => 2).toBe(1);
  });

  test('P9.19 does not await a promise that it expects', async ({ expect }) => {
    expect(Promise.resolve(2)).resolves.toBe(1);
  });

  test('P9.20 asserts in every form', async ({ expect }) => {
    expect([1], 'a list').not.toHaveLength(2);
    expect([1]).to.be.an('array').that.contains(1);
    expect({ a: 1 }).to.contain.keys('a');
    await expect(Promise.resolve(1)).resolves.not.toBe(2);
    await expect.poll(() => 1).not.toBe(2);
    const delivered = { subject: { kind: 'delivery' }, path: 'otlp', deadline: 1000, ask: async () => 1 } as const;
    await expect(delivered).toShow('is 1', (answer) => answer === 1);
    expect.soft(1).toBe(1);
    expect({ a: 1 }).toEqual({ a: expect.any(Number) });
  });
});
