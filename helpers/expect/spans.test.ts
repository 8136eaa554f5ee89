import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FoundSpan } from '../clients/tempo.ts';
import { newSpan } from '../emit/telemetry.ts';
import { TracesData } from '../otlp/schema.ts';
import { describeShape, hasSpan, readConventions, type SpanShape } from './spans.ts';

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

test('a child may be below internal spans, which frameworks make, and below no others', () => {
  const resource = { attributes: [], droppedAttributesCount: 0 };
  const server = { ...newSpan({ name: 'GET /games' }), kind: 2 };
  const handler = newSpan({ name: 'handler', parent: server });
  const inner = newSpan({ name: 'inner', parent: handler });
  const query = { ...newSpan({ name: 'SELECT', parent: inner }), kind: 3 };
  const dns = newSpan({ name: 'dns', parent: query });
  const trace = [server, handler, inner, query, dns].map((span) => ({ resource, span }));
  const has = (name: string) => hasSpan(trace, { name: 'GET /games', children: [{ name }] });
  expect(['handler', 'inner', 'SELECT', 'dns', 'GET /games'].map(has)).toEqual([true, true, true, false, false]);
});

describe('each field of a shape is compared', () => {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'api' } }], droppedAttributesCount: 0 };
  const root = newSpan({ name: 'GET /games', attributes: { ok: true, size: 5, ratio: 0.5, text: 'abc' } });
  const event = { timeUnixNano: 0n, name: 'exception', attributes: [], droppedAttributesCount: 0 };
  const failed = {
    ...newSpan({ name: 'SELECT', parent: root }),
    status: { code: 2, message: '' },
    kind: 3,
    events: [event],
  };
  const whole = [root, failed].map((span) => ({ resource, span }));

  test.each<[SpanShape, SpanShape]>([
    [{ name: 'SELECT' }, { name: 'SELEC' }],
    [{ name: /^SEL/ }, { name: /^sel/ }],
    [{ service: 'api' }, { service: 'bot' }],
    [
      { name: 'SELECT', kind: 'client' },
      { name: 'SELECT', kind: 'internal' },
    ],
    [
      { name: 'SELECT', status: 'error' },
      { name: 'GET /games', status: 'error' },
    ],
    [
      { name: 'GET /games', root: true },
      { name: 'SELECT', root: true },
    ],
    [{ event: 'exception' }, { event: 'retry' }],
    [{ attributes: { ok: true } }, { attributes: { ok: false } }],
    [{ attributes: { size: 5 } }, { attributes: { size: 6 } }],
    [{ attributes: { ratio: 0.5 } }, { attributes: { ratio: 5 } }],
    [{ attributes: { 'absent|text': 'abc' } }, { attributes: { 'absent|other': 'abc' } }],
    [{ attributes: { text: /b/ } }, { attributes: { size: /5/ } }],
    [{ attributes: { ok: true, size: 5 } }, { attributes: { ok: true, size: 6 } }],
    [{ children: [{ name: 'SELECT' }] }, { children: [{ name: 'SELECT' }, { name: 'GET /games' }] }],
    [{ lacks: { name: 'INSERT' } }, { lacks: { name: 'SELECT' } }],
  ])('%j is found, and %j is not', (found, missing) => {
    expect([hasSpan(whole, found), hasSpan(whole, missing)]).toEqual([true, false]);
  });

  test('all fields have to be those of one span', () => {
    expect(hasSpan(whole, { name: 'GET /games', event: 'exception' })).toBe(false);
    expect(hasSpan(whole, { name: 'SELECT', attributes: { ok: true } })).toBe(false);
  });

  test('the semantic conventions are those of the attributes', () => {
    const follow = (attributes: Record<string, string>) =>
      readConventions([{ resource, span: newSpan({ name: 'x', attributes }) }]);
    expect(follow({ 'http.request.method': 'GET' })).toBe('stable');
    expect(follow({ 'http.method': 'GET' })).toBe('old');
    expect(follow({ 'http.method': 'GET', 'http.request.method': 'GET' })).toBe('stable');
    expect(follow({})).toBe('none');
  });
});

test('a shape is shown as JSON, with its patterns', () => {
  expect(describeShape({ name: /^SEL/i, attributes: { ok: true } })).toBe(
    '{"name":"/^SEL/i","attributes":{"ok":true}}',
  );
});
