import { expect, test } from 'vitest';
import { takePortBlock } from './ports.ts';

test('two runs never get the same port', async () => {
  const blocks = await Promise.all(Array.from({ length: 20 }, takePortBlock));
  const ports = (await Promise.all(blocks.map(async ({ next }) => [await next(), await next(), await next()]))).flat();
  expect(new Set(ports).size).toBe(60);
  for (const { release } of blocks) release();
});
