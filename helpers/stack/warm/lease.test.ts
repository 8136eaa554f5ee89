import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveLeases, takeLease } from './lease.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lease-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('one user at a time has the stack, and the next one waits until it was put right', async () => {
  const socket = join(directory, 'lease.sock');
  const order: string[] = [];
  const leases = await serveLeases(socket, async () => void order.push('put right'));
  const first = await takeLease(socket);
  expect(first).toBeDefined();
  expect(await takeLease(socket)).toBeUndefined();
  await first?.release();
  await expect.poll(() => order).toEqual(['put right']);
  const second = await takeLease(socket);
  expect(second).toBeDefined();
  await second?.release();
  leases.close();
});
