import { expect, test } from 'vitest';
import { createLogStore } from './logs.ts';
import { createMemory } from './memory.ts';
import { MAX_CHUNK_LENGTH } from './points.ts';
import { readSamples } from './read-series.ts';
import { createSeriesStore } from './series.ts';

test.each([
  ['before', -1],
  ['in the middle of', 100.5],
  ['after', MAX_CHUNK_LENGTH - 0.5],
])('a sample that comes late, %s those of a full chunk, is kept in its place', (_, late) => {
  const store = createSeriesStore(createMemory(1e8, () => {}));
  const series = store.resolve(['__name__', 'up']);
  for (let time = 0; time < MAX_CHUNK_LENGTH + 2; time++) store.append(series, time, time, false);
  expect(store.append(series, late, late, false)).toBe('stored');
  expect(store.append(series, late, late, false)).toBe('duplicate');
  const wanted = [late, ...Array.from({ length: MAX_CHUNK_LENGTH + 2 }, (_, time) => time)].sort((a, b) => a - b);
  expect(readSamples(series, -10, 1000)).toEqual({ times: wanted, values: wanted });
});

test('an entry that is kept is still known when another one of its time is dropped', () => {
  const memory = createMemory(64 * 1000, () => {});
  const store = createLogStore(memory);
  const labels = ['service_name', 'api'];
  const add = (line: string) => store.add(labels, [{ time: 1n, line, metadata: [] }]);
  const count = () => store.find(labels)?.entries.filter(({ line }) => line === 'kept').length;
  add('dropped');
  // Ends the generation of what is dropped.
  memory.charge(1000);
  add('kept');
  store.drop(0);
  add('kept');
  expect(count()).toBe(1);
});
