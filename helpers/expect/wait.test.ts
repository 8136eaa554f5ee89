import { expect, test } from 'vitest';
import { z } from 'zod';
import { getJson } from '../clients/http.ts';
import { type Reply, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { CriterionFailed } from '../findings/criterion-failed.ts';
import type { TraceId } from '../otlp/ids.ts';
import './matchers.ts';
import type { Question } from './question.ts';
import { useRun } from './run.ts';
import { presentValue } from './scrape.ts';
import { traceql } from './telemetry.ts';
import { waitFor } from './wait.ts';
import { waitForRequestTrace, waitForTrace } from './wait-for-trace.ts';

const question: Question = { subject: { kind: 'delivery' }, path: 'otlp', deadline: 300 };
const empty = { kind: 'empty' } as const;
const nothing = { kind: 'nothing' } as const;

/** A stack in which Alloy has dropped seven spans, and every search finds one trace. */
async function withStack<T>(backend: 'mock' | 'cloud', body: () => Promise<T>): Promise<T> {
  await using server = await startAnsweringServer(({ path }) => ({
    body: path === '/metrics' ? 'otelcol_exporter_send_failed_spans_total 7\n' : '{"traces":[{"traceID":"1"}]}',
  }));
  useRun(sampleRun({ origin: server.url, backend }));
  return await body();
}

const fail = (asked: Question) =>
  waitFor(asked, empty, async () => ({ holds: false, seen: nothing, value: 0 })).catch((error: unknown) => error);

test('the value is returned with the observation', async () => {
  const waited = await withStack('mock', () =>
    waitFor(question, empty, async () => ({ holds: true, seen: nothing, value: 'x' })),
  );
  expect(waited).toMatchObject({
    value: 'x',
    observation: { holds: true, condition: empty, seen: nothing, attempts: 1 },
  });
});

test('a failure can ask whether it has come since', async () => {
  let attempts = 0;
  const attempt = async () => ({ holds: ++attempts > 1, seen: nothing, value: 0 });
  const error = await withStack('mock', () => waitFor({ ...question, deadline: 0 }, empty, attempt).catch((e) => e));
  expect(attempts).toBe(1);
  expect(await error.hasCome()).toBe(true);
});

test('a failure holds the nearest thing, and what Alloy had dropped before', async () => {
  const before = Date.now();
  const error = await withStack('mock', () => fail({ ...question, findNearest: async () => ({ kind: 'no traces' }) }));
  expect(error).toBeInstanceOf(CriterionFailed);
  expect(error).toMatchObject({
    finding: undefined,
    evidence: { kind: 'observation', holds: false, nearest: { kind: 'no traces' }, lostBefore: 7 },
  });
  const { askedAt } = (error as { evidence: { askedAt: number } }).evidence;
  expect(askedAt).toBeGreaterThanOrEqual(before);
});

test('an Alloy that gives no answer ends the wait, and nothing is said of what it had dropped', async () => {
  useRun(sampleRun());
  const error = await fail({ ...question, deadline: 3_600_000 });
  expect(error).toMatchObject({ evidence: { holds: false, seen: nothing } });
  const { evidence } = error as CriterionFailed;
  expect(evidence).not.toHaveProperty('lostBefore');
  expect(evidence).not.toHaveProperty('nearest');
});

test('data that arrived somewhere else ends the wait', async () => {
  const error = await withStack('mock', () =>
    fail({ ...question, deadline: 3_600_000, isMisplaced: async () => true }),
  );
  expect(error).toMatchObject({ evidence: { holds: false } });
});

test('a backend that has stopped answering ends the wait, for a question of another criterion too', async () => {
  await using server = await startAnsweringServer(({ path }) => (path === '/metrics' ? { body: '' } : 'never'));
  const run = sampleRun({ origin: server.url });
  useRun(run);
  let asked = 0;
  const ask = async () => {
    asked++;
    return await getJson(run.access.tempo, '/api/search', {}, z.never(), 300);
  };
  const wait = () =>
    waitFor({ ...question, deadline: 3_600_000, findNearest: ask }, empty, ask).catch((error: unknown) => error);
  for (const attempts of [2, 1]) {
    asked = 0;
    const error = await wait();
    expect(asked).toBe(attempts);
    expect(error).toMatchObject({
      evidence: { attempts, seen: { request: { silence: { since: expect.any(Number) } } } },
    });
    expect(error).not.toHaveProperty('evidence.nearest');
  }
});

test('a slow backend is slow, not broken: a criterion asks it one question at a time, and waits for the answer', async () => {
  const traces = ['', '{"traceID":"1"}', '{"traceID":"2"},{"traceID":"1"}'];
  let open = 0;
  let mostOpen = 0;
  await using server = await startAnsweringServer(async ({ path }) => {
    if (path === '/metrics') return { body: '' };
    mostOpen = Math.max(mostOpen, ++open);
    // Several of the pauses between two attempts.
    await new Promise((resolve) => setTimeout(resolve, 300));
    open--;
    return { body: `{"traces":[${traces.shift()}]}` };
  });
  useRun(sampleRun({ origin: server.url }));
  await expect(traceql('{}')).toFind('2'.padStart(32, '0') as TraceId);
  expect(server.received.filter(({ path }) => path !== '/metrics')).toHaveLength(3);
  expect(mostOpen).toBe(1);
});

test('a backend that resets some connections is asked again', async () => {
  const replies: Reply[] = ['reset', { body: '{"traces":[]}' }, 'reset', { body: '{"traces":[{"traceID":"1"}]}' }];
  await using server = await startAnsweringServer(({ path }) => (path === '/metrics' ? { body: '' } : replies.shift()));
  useRun(sampleRun({ origin: server.url }));
  await expect(traceql('{}')).toFind('1'.padStart(32, '0') as TraceId);
  expect(replies).toEqual([]);
});

test('the time that it took is in whole milliseconds', async () => {
  const { observation } = await withStack('mock', () =>
    waitFor(question, empty, async () => ({ holds: true, seen: nothing, value: 'x' })),
  );
  expect(Number.isInteger(observation.elapsedMs)).toBe(true);
});

test('a failure holds the error if the nearest thing can’t be queried', async () => {
  const findNearest = () => Promise.reject(new Error('the backend is gone'));
  expect(await withStack('mock', () => fail({ ...question, findNearest }))).toMatchObject({
    evidence: { nearest: { kind: 'query failure', message: 'the backend is gone' } },
  });
});

test('a hosted backend is queried less often', async () => {
  const count = async (backend: 'mock' | 'cloud') =>
    (await withStack(backend, () => fail(question))) as { evidence: { attempts: number } };
  expect((await count('cloud')).evidence.attempts).toBeLessThan((await count('mock')).evidence.attempts);
});

test('a value to start from is waited for, and a missing one fails the criterion', async () => {
  const ask = (found: number[]) => async () => found.map((value) => ({ labels: {}, time: 0, value }));
  await withStack('mock', async () => {
    expect(await presentValue({ ...question, kind: 'metric', ask: ask([0, 7]) })).toBe(0);
    await expect(presentValue({ ...question, kind: 'metric', ask: ask([]) })).rejects.toThrow(CriterionFailed);
  });
});

test('a trace is waited for', async () => {
  expect(await withStack('mock', () => waitForTrace('{name="x"}'))).toBe('1'.padStart(32, '0'));
});

test('a trace that is not found fails the criterion', async () => {
  await using backend = await startAnsweringServer(() => ({ body: '{"traces":[]}' }));
  useRun({ ...sampleRun({ origin: backend.url }), alloy: sampleRun().alloy });
  await expect(waitForTrace('{name="x"}')).rejects.toMatchObject({
    evidence: { condition: { kind: 'any', of: 'trace' }, seen: { kind: 'count', of: 'traces', count: 0 } },
  });
});

test('the trace of a request is found by its user agent, under either name', async () => {
  await using server = await startAnsweringServer(() => ({ body: '{"traces":[{"traceID":"1"}]}' }));
  useRun(sampleRun({ origin: server.url }));
  expect(
    await waitForRequestTrace({ request: 'GET /', askedAt: 0, status: 200, json: undefined, userAgent: 'me/1' }),
  ).toBe('1'.padStart(32, '0'));
  const queries = server.received.map(({ parameters }) => parameters.get('q')).filter((query) => query !== null);
  expect(queries).toEqual(['{span.user_agent.original="me/1" || span.http.user_agent="me/1"}']);
});
