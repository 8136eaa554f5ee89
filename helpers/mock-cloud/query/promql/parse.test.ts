import { expect, test } from 'vitest';
import { parsePromql } from './parse.ts';

/** Prometheus 3's own words. */
test.each([
  ['up{__name__=~"u.*"}', '1:1: parse error: metric name must not be set twice: "up" or "u.*"'],
  ['up{__name__="x"}', '1:1: parse error: metric name must not be set twice: "up" or "x"'],
  ['1e400', '1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e400": value out of range'],
  ['1 + on(a) up', '1:1: parse error: vector matching only allowed between instant vectors'],
])('%s is refused as Prometheus refuses it', (query, message) => {
  expect(() => parsePromql(query)).toThrow(message);
});

test.each(['{__name__="up",__name__="x"}', '{__name__=~"u.*"}', 'Inf', '-Inf', '0x1F', '1 + on() up'])(
  '%s is valid',
  (query) => {
    expect(parsePromql(query)).toMatchObject({ kind: expect.any(String) });
  },
);
