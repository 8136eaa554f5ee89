import { expect, test } from 'vitest';
import { formatMatchers, formatSelector, keepTexts } from './promql.ts';

test('texts are quoted, and patterns become regular expressions', () => {
  expect(formatMatchers({ job: 'a "b"', queue: /q\..+/ })).toBe(String.raw`job="a \"b\"",queue=~"q\\..+"`);
});

test('names joined with | are alternatives', () => {
  expect(formatSelector('up', { job: 'x' })).toBe('up{job="x"}');
  expect(formatSelector('pg_up|up', { job: 'x' })).toBe('{__name__=~"pg_up|up",job="x"}');
});

test('patterns are left out of the labels', () => {
  expect(keepTexts({ job: 'x', queue: /q/ })).toEqual({ job: 'x' });
});
