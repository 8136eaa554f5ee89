import { expect, test } from 'vitest';
import { formatNumber, formatNumberAsGo } from '../language/evaluation/number-text.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatSize, parseSize } from './size.ts';
import { checkUrl } from './url.ts';

test.each([
  ['1h30m', 5_400_000],
  ['-1.5s', -1500],
  ['0', 0],
  ['.5ms', 0.5],
  ['1µs1ns', 0.001001],
])('the duration %s is %d ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBeCloseTo(milliseconds, 9);
});

test.each([
  ['', 'time: invalid duration ""'],
  ['5', 'time: missing unit in duration "5"'],
  ['5 parsecs', 'time: unknown unit " parsecs" in duration "5 parsecs"'],
  ['1d"é', 'time: unknown unit "d\\"\\xc3\\xa9" in duration "1d\\"\\xc3\\xa9"'],
  ['99999999999999999999s', 'time: invalid duration "99999999999999999999s"'],
  ['10000000h', 'time: invalid duration "10000000h"'],
])('the duration %j is refused with Go’s message', (text, message) => {
  expect(() => parseDuration(text)).toThrow(new Error(message));
});

test.each([
  [0, '0s'],
  [0.0000015, '2ns'],
  [1.5, '1.5ms'],
  [1500, '1.5s'],
  [60_000, '1m0s'],
  [-5_400_000, '-1h30m0s'],
])('%d ms are formatted as %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, '0B'],
  [524_288, '512KiB'],
  [1_572_864, '1MiB512KiB'],
  [1025, '1KiB1B'],
])('%d bytes are formatted as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test('sizes are powers of 1024, with KB and KiB alike, and need a unit', () => {
  expect([parseSize('512KiB'), parseSize('4MB'), parseSize('1.5GiB'), parseSize('0')]).toEqual([
    524288, 4194304, 1610612736, 0,
  ]);
  expect(() => parseSize('5')).toThrow(new Error('units: unknown unit  in 5'));
  expect(() => parseSize('5 parsecs')).toThrow(new Error('units: unknown unit  parsecs in 5 parsecs'));
  expect(() => parseSize('100000000000000000000')).toThrow(new Error('units: invalid 100000000000000000000'));
});

test('a number becomes a string without an exponent, except inside a target', () => {
  const float = (value: number) => ({ type: 'number', kind: 'float', value }) as const;
  expect([1e21, 1.5e-7, 0.1].map((value) => formatNumber(float(value)))).toEqual([
    '1000000000000000000000',
    '0.00000015',
    '0.1',
  ]);
  expect([1e21, 1.5e-7, 0.1, 1e20].map((value) => formatNumberAsGo(float(value)))).toEqual([
    '1e+21',
    '1.5e-07',
    '0.1',
    '100000000000000000000',
  ]);
});

test.each([
  ['127.0.0.1:1', 'parse "127.0.0.1:1": first path segment in URL cannot contain colon'],
  [':x', 'parse ":x": missing protocol scheme'],
  ['http://a b', 'parse "http://a b": invalid character " " in host name'],
  ['http://a:x', 'parse "http://a:x": invalid port ":x" after host'],
  ['http://[::1', `parse "http://[::1": missing ']' in host`],
  ['http://a/%zz', 'parse "http://a/%zz": invalid URL escape "%zz"'],
  ['http://a\n', 'parse "http://a\\n": net/url: invalid control character in URL'],
])('the URL %j is refused with Go’s message', (text, message) => {
  expect(() => checkUrl(text)).toThrow(new Error(message));
});

test('a password in a URL is not shown in its error', () => {
  expect(() => checkUrl('http://user:hunter2@a b/')).toThrow(
    new Error('parse "http://user:xxxxx@a b/": invalid character " " in host name'),
  );
});

test.each(['http://a:1/b?c#d', 'localhost:1', '', '/a:b', '*', 'http://u:p@[::1]:80/%20'])('%j is a URL', (text) => {
  expect(() => checkUrl(text)).not.toThrow();
});
