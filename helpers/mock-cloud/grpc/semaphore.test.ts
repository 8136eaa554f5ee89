import { expect, test } from 'vitest';
import { createSemaphore } from './semaphore.ts';

test('places are given in the order of arrival, and again after they were released', () => {
  const semaphore = createSemaphore(2);
  const turns: string[] = [];
  const release = Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e'].map((who) => [who, semaphore.acquire(() => turns.push(who))]),
  );
  expect(turns).toEqual(['a', 'b']);
  release.d?.();
  release.a?.();
  release.a?.();
  expect(turns).toEqual(['a', 'b', 'c']);
  release.c?.();
  release.b?.();
  release.e?.();
  semaphore.acquire(() => turns.push('f'));
  semaphore.acquire(() => turns.push('g'));
  semaphore.acquire(() => turns.push('h'));
  expect(turns).toEqual(['a', 'b', 'c', 'e', 'f', 'g']);
});
