import { expect, test } from 'vitest';
import type { Span } from '../../../otlp/schema.ts';
import { assignNestedSets } from './nested-set.ts';

const span = (spanId: string, parentSpanId = '', kind = 1) => ({ spanId, parentSpanId, kind }) as Span;
const place = (spans: readonly Span[]) =>
  assignNestedSets(spans).map(({ left, right, parent }) => [left, right, parent]);

test('a span contains what is below it, and a root has the parent -1', () => {
  expect(place([span('a'), span('b', 'a'), span('c', 'b'), span('d', 'a')])).toEqual([
    [1, 8, -1],
    [2, 5, 1],
    [3, 4, 2],
    [6, 7, 1],
  ]);
});

test('what is cut off from a root has no numbers', () => {
  expect(place([span('a'), span('b', 'gone'), span('c', 'b')])).toEqual([
    [1, 2, -1],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(place([span('b', 'gone'), span('c', 'b')])).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('a server that shares its ID with its client is its child', () => {
  const [client, server] = assignNestedSets([span('a', '', 3), span('a', 'a', 2)]);
  expect(server?.parent).toBe(client?.left);
});

test('an ID of three spans leaves the trace without numbers', () => {
  expect(place([span('a'), span('a'), span('a')])).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('a deep trace is numbered without recursion', () => {
  const spans = Array.from({ length: 50_000 }, (_, index) => span(String(index), index === 0 ? '' : String(index - 1)));
  expect(assignNestedSets(spans)[0]).toMatchObject({ left: 1, right: 100_000 });
});
