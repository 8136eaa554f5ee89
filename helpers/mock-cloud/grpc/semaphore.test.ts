import { expect, test } from 'vitest';
import { lineFor } from './semaphore.ts';

test('places are given in the order of arrival, and again when they are left', () => {
  const line = lineFor(2);
  const turns: string[] = [];
  const leave = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((who) => [who, line.enter(() => turns.push(who))]));
  expect(turns).toEqual(['a', 'b']);
  leave.d?.();
  leave.a?.();
  leave.a?.();
  expect(turns).toEqual(['a', 'b', 'c']);
  leave.c?.();
  leave.b?.();
  leave.e?.();
  line.enter(() => turns.push('f'));
  line.enter(() => turns.push('g'));
  line.enter(() => turns.push('h'));
  expect(turns).toEqual(['a', 'b', 'c', 'e', 'f', 'g']);
});
