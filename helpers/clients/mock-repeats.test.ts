import { expect, test } from 'vitest';
import { readRepeats } from './mock-repeats.ts';
import { startAnsweringServer } from './testing/answering-server.ts';

test('what a mock cloud got again is what it lists', async () => {
  const repeat = { signal: 'samples', labels: { job: 'x' }, count: 2 };
  await using server = await startAnsweringServer(() => ({ body: JSON.stringify({ repeats: [repeat] }) }));
  expect(await readRepeats(server.url, { job: 'x' })).toEqual([repeat]);
});

test('nothing is known to have come again of another backend, and of a mock cloud that tells only who asks over loopback', async () => {
  await using server = await startAnsweringServer(() => ({ status: 404 }));
  expect(await readRepeats(undefined, {})).toEqual([]);
  expect(await readRepeats(server.url, {})).toEqual([]);
});

test('an answer that is none is no reason to believe that nothing came again', async () => {
  await using server = await startAnsweringServer(() => ({ status: 500 }));
  await expect(readRepeats(server.url, {})).rejects.toThrow('the mock cloud answers 500 at /-/repeats');
});
