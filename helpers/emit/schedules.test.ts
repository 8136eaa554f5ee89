import { expect, test } from 'vitest';
import { isDoneTooOften, listMisparked, listOtherStatus, listUnidentified } from './schedules.ts';

const row = { job: 'row-1', game: 'game-1', query: '' };
const watched = (...ids: readonly string[]) => ({
  seen: ids.map((id) => ({ id, game: 'game-1' })),
  [Symbol.asyncDispose]: async () => {},
});

test('the event of a row has the ID of the row, or none that was seen', () => {
  expect(listUnidentified(watched('row-1', 'row-1'), [row])).toEqual([]);
  expect(listUnidentified(watched(), [row])).toEqual([]);
  expect(listUnidentified(watched('other', 'another'), [row])).toEqual([
    expect.stringContaining('the row row-1 under another message ID, other'),
  ]);
});

test('an event that is announced too often can not become right', () => {
  expect(isDoneTooOften(2)({ processed: 1, announced: 2 })).toBe(false);
  expect(isDoneTooOften(2)({ processed: 2, announced: 3 })).toBe(true);
});

test('a message that can not be parsed is parked as malformed', () => {
  const headers = (kind: string) => JSON.stringify({ 'x-dead-letter-kind': kind, 'x-dead-letter-reason': 'it failed' });
  expect(listMisparked(headers('malformed'))).toEqual([]);
  expect(listMisparked(headers('failed'))).toEqual([expect.stringContaining('as failed, not as malformed: it failed')]);
  expect(listMisparked()).toEqual([expect.stringContaining('as nothing')]);
});

test('a row that was processed has changed its game', () => {
  expect(listOtherStatus('IN_PROGRESS')).toEqual([]);
  expect(listOtherStatus('SCHEDULED')).toEqual([expect.stringContaining('the status is SCHEDULED')]);
  expect(listOtherStatus()).toHaveLength(1);
});
