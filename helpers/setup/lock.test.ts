import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withLock } from './lock.mjs';

const buildLockPath = (name: string) => join(tmpdir(), `alloy-verify-${process.getuid?.()}-${name}.lock`);

test('two that want the same lock have it one after the other, and the second learns that it waits', async () => {
  const name = `test-${process.pid}-turns`;
  const order: string[] = [];
  const enter = (who: string) =>
    withLock(
      name,
      () => order.push(`${who} waits`),
      async () => {
        order.push(`${who} in`);
        await delay(50);
        order.push(`${who} out`);
      },
    );
  await Promise.all([enter('a'), enter('b')]);
  expect(order).toEqual(['b waits', 'a in', 'a out', 'b in', 'b out']);
  expect(existsSync(buildLockPath(name))).toBe(false);
});

test("a lock whose holder is gone is nobody's", async () => {
  const name = `test-${process.pid}-stale`;
  const gone = spawn('true');
  await new Promise((resolve) => gone.once('exit', resolve));
  writeFileSync(buildLockPath(name), `${gone.pid} 12345\n`);
  expect(
    await withLock(
      name,
      () => {},
      async () => 'mine',
    ),
  ).toBe('mine');
});

test("a lock whose holder has only the number of a living process is nobody's", async () => {
  const name = `test-${process.pid}-reused`;
  writeFileSync(buildLockPath(name), `${process.ppid} 1\n`);
  expect(
    await withLock(
      name,
      () => {},
      async () => 'mine',
    ),
  ).toBe('mine');
});

test('what the action throws is thrown, and the lock is free again', async () => {
  const name = `test-${process.pid}-failure`;
  await expect(
    withLock(
      name,
      () => {},
      () => Promise.reject(new Error('no luck')),
    ),
  ).rejects.toThrow('no luck');
  expect(existsSync(buildLockPath(name))).toBe(false);
});
