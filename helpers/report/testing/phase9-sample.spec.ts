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
});
