import { expect, test } from 'vitest';
import { formatMatchers, formatSelector, keepTexts } from './promql.ts';

test('labels are quoted, and patterns are matched as a whole', () => {
  expect(formatMatchers({ job: 'a "b"', queue: /q\..+/ })).toBe(String.raw`job="a \"b\"",queue=~"q\\..+"`);
});

test('names that are joined are alternatives', () => {
  expect(formatSelector('up', { job: 'x' })).toBe('up{job="x"}');
  expect(formatSelector('pg_up|up', { job: 'x' })).toBe('{__name__=~"pg_up|up",job="x"}');
});

test('a pattern is no label of one series', () => {
  expect(keepTexts({ job: 'x', queue: /q/ })).toEqual({ job: 'x' });
});
