import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { FoundSpan } from '../clients/tempo.ts';
import { TracesData } from '../otlp/schema.ts';
import { hasSpan, readConventions } from './spans.ts';

const capture = readFileSync(new URL('../../fixtures/captures/wire/sdk-traces.pb', import.meta.url));
const none = { attributes: [], droppedAttributesCount: 0 };
const spans: FoundSpan[] = TracesData.decode(capture).resourceSpans.flatMap(({ resource = none, scopeSpans }) =>
  scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ resource, span }))),
);

test('the captured request has its database query as a child of the server span', () => {
  expect(
    hasSpan(spans, {
      service: 'api-service',
      kind: 'server',
      attributes: { 'http.request.method|http.method': 'GET', 'http.response.status_code|http.status_code': 200 },
    }),
  ).toBe(true);
  expect(hasSpan(spans, { attributes: { 'db.system.name|db.system': 'postgresql', 'db.query.text': /SELECT/ } })).toBe(
    true,
  );
  expect(readConventions(spans)).toBe('stable');
});

test('a shape that differs in one thing is not found', () => {
  expect(hasSpan(spans, { service: 'another-service' })).toBe(false);
  expect(hasSpan(spans, { kind: 'server', attributes: { 'http.request.method': 'POST' } })).toBe(false);
  expect(hasSpan(spans, { kind: 'consumer', status: 'error' })).toBe(false);
  expect(hasSpan(spans, { kind: 'server', children: [{ name: 'no such child' }] })).toBe(false);
  expect(hasSpan(spans, { kind: 'server', lacks: { attributes: { 'db.system.name': 'postgresql' } } })).toBe(false);
});
