import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sampleRun } from '../../clients/testing/sample-run.ts';
import type { Stack } from '../../run/stack.ts';
import { startNativeParts } from '../../stack/testing/plans.ts';
import { probePostgres } from './postgres.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startNativeParts(['postgres']);
}, 100_000);
afterAll(() => stack.stop());

test('a session that keeps others from a table is named, with the table and for how long, and nothing after it has ended', async () => {
  const run = sampleRun(stack.endpoints.postgres && { postgres: stack.endpoints.postgres });
  const migration = new pg.Client({ ...stack.endpoints.postgres, application_name: 'migrate' });
  await migration.connect();
  await migration.query('BEGIN');
  await migration.query('LOCK TABLE games IN ACCESS EXCLUSIVE MODE');
  expect(await probePostgres(run)).toBeUndefined();
  await vi.waitFor(
    async () =>
      expect(await probePostgres(run)).toEqual({
        fault: 'locked',
        reason: expect.stringMatching(
          /^the session \d+ \(migrate\), idle in transaction for [34] s, holds AccessExclusiveLock on games$/,
        ),
      }),
    { timeout: 10_000, interval: 100 },
  );
  await migration.end();
  expect(await probePostgres(run)).toBeUndefined();
});
