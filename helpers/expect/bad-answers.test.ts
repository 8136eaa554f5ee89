import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readLgtmAccess } from '../clients/access.ts';
import { type Reply, readCapture, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { checkCloudForRun } from '../doctor/check-cloud.ts';
import { describeFinding } from '../findings/finding-sentences.ts';
import type { CloudState } from '../run/cloud-problem.ts';
import { readSettings } from '../settings/settings.ts';
import { conclude } from './conclude.ts';
import type { Question, Telemetry } from './question.ts';
import { useRun } from './run.ts';
import type { JudgedTask } from './task.ts';
import { otlpMetric, traceql } from './telemetry.ts';
import { waitFor } from './wait.ts';

const NOTHING: Reply = { body: '{"status":"success","data":{"resultType":"vector","result":[]}}' };
const QUERY = '/api/prom/api/v1/query';
/** An Alloy that has received and sent. */
const METRICS = [
  'otelcol_receiver_accepted_metric_points_total{component_id="otelcol.receiver.otlp.services"} 1',
  'otelcol_exporter_sent_metric_points_total{component_id="otelcol.exporter.otlphttp.grafana_cloud"} 1',
  '',
].join('\n');
const { 'GET /api/v0/web/components': LIST, details: DETAILS } = z
  .object({ 'GET /api/v0/web/components': z.unknown(), details: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readCapture('alloy-1.18/components-api.json')));

/** Asks for a metric that is not there, and says why and what to do; the replies are those to one question after the other. */
async function explain(replies: readonly (Reply | 'gone')[], cloudState?: CloudState) {
  let asked = 0;
  await using server = await startAnsweringServer(({ path }) => {
    if (path === '/metrics') return { body: METRICS };
    if (path.endsWith('/components')) return { body: JSON.stringify(LIST) };
    if (path.includes('/components/')) return { body: JSON.stringify(DETAILS[path.split('/').at(-1) ?? '']) };
    const reply = path === QUERY ? replies[Math.min(asked++, replies.length - 1)] : undefined;
    return reply === 'gone' ? undefined : reply;
  });
  const run = sampleRun({ origin: server.url, ...(cloudState && { cloudState, backend: 'cloud' }) });
  useRun(run);
  const { findNearest: _, ...question } = otlpMetric('m', 's');
  const task: JudgedTask = { meta: {} };
  const ask = async () => {
    // Alloy answers still, so it is the backend alone that is gone.
    if (replies[asked] === 'gone') {
      const { prometheus } = run.access;
      useRun({ ...run, access: { ...run.access, prometheus: { ...prometheus, url: 'http://127.0.0.1:1' } } });
    }
    const samples = await otlpMetric('m', 's').ask();
    return { holds: samples.length > 0, seen: { kind: 'values', count: 0, values: [] } as const, value: samples };
  };
  const failure = await waitFor({ ...question, deadline: 100 }, { kind: 'any', of: 'value' }, ask).catch(
    (error: unknown) => conclude(task, error),
  );
  const { finding } = failure as Awaited<ReturnType<typeof conclude>>;
  return finding === undefined ? undefined : describeFinding(finding);
}

/** What the check of a run's start finds at a Prometheus that takes every login and answers with these headers. */
async function check(headers: Record<string, string> = {}): Promise<CloudState> {
  const body = '{"status":"success","data":{"resultType":"vector","result":[]}}';
  await using server = await startAnsweringServer(() => ({ body, headers }));
  return await checkCloudForRun(readSettings(sampleRun({ origin: server.url }).variables));
}

describe('what a backend answers in place of data is named, with what to do', () => {
  test.each<[string, readonly (Reply | 'gone')[], RegExp, RegExp]>([
    [
      'a web page',
      [{ body: '<html>', type: 'text/html' }],
      /\/api\/v1\/query answered 200 with an HTML page, not JSON$/,
      /^Set GRAFANA_CLOUD_PROMETHEUS_ENDPOINT to the address of Prometheus's query API: at .* a web page, .* answers$/,
    ],
    [
      'a proxy that wants a login, where none is set',
      [{ status: 407, body: '<html>', type: 'text/html' }],
      / answered 407 with an HTML page/,
      /^Set GRAFANA_CLOUD_PROMETHEUS_ENDPOINT to .* a proxy answers that wants a login$/,
    ],
    ['an empty body', [{ body: '' }], / answered 200 with an empty body$/, /: at .* an empty body, .* answers$/],
    [
      'the JSON of another API',
      [{ body: '{"traces":[]}' }],
      / answered 200 with the JSON of another API: \{"traces":\[\]\}$/,
      /: at .* another API answers$/,
    ],
    ['a fault', [{ status: 503, body: 'overloaded' }], / answered 503: overloaded$/, /^Look at the log or the status/],
    ['too many requests', [{ status: 429 }], / answered 429 with an empty body$/, /^Run it again later/],
    [
      'nothing any more',
      [NOTHING, 'gone'],
      /^http:\/\/127\.0\.0\.1:1\/api\/v1\/query gives no answer: /,
      /^Check that GRAFANA_CLOUD_PROMETHEUS_ENDPOINT is right, and that .* can be reached from here/,
    ],
  ])('%s', async (_, replies, cause, fix) => {
    expect(await explain(replies)).toEqual({
      cause: expect.stringMatching(cause),
      fix: expect.stringMatching(fix),
    });
  });

  test('a token that expires when the run has begun', async () => {
    const state = await check();
    expect(await explain([NOTHING, { status: 401 }], state)).toEqual({
      cause: expect.stringMatching(/^Grafana Cloud refuses the run's questions .*: GRAFANA_CLOUD_API_KEY has expired/),
      fix: expect.stringMatching(/^Create a token for the access policy .*, and set GRAFANA_CLOUD_API_KEY to it$/),
    });
  });

  test('a page to log in that answers when the run has begun is no token that has expired', async () => {
    const page = { status: 401, body: '<html>', type: 'text/html' };
    expect((await explain([NOTHING, page], await check()))?.fix).toMatch(
      /^Set \S+ to the address .* a web page, .* answers$/,
    );
  });

  test.each([
    [300, 'behind'],
    [-300, 'ahead of'],
  ])('a clock that is %i seconds off', async (seconds, direction) => {
    const state = await check({ date: new Date(Date.now() + seconds * 1000).toUTCString() });
    expect(await explain([NOTHING], state)).toEqual({
      cause: expect.stringMatching(`^this machine's clock is (?:299|300|301) s ${direction} Grafana Cloud's`),
      fix: 'Set the clock by NTP: timedatectl set-ntp true',
    });
  });

  test('data that Alloy has sent, and that is not there while all is well, was lost behind it', async () => {
    expect((await explain([NOTHING], await check()))?.cause).toMatch(
      /^metric data points that this run sent were lost behind otelcol\.exporter\.otlphttp\.grafana_cloud: /,
    );
  });
});

describe('of a Tempo, a Prometheus and a Loki, the variables are named that lead there', () => {
  /** What a program in Go answers where it has no such path. */
  const NOT_FOUND: Reply = { status: 404, body: '404 page not found\n', type: 'text/plain' };

  test.each<[string, Reply, RegExp]>([
    ['a login is wanted', { status: 401 }, /^Put a login that may read into PROMETHEUS_URL, such as http:/],
    ['a proxy wants one', { status: 407 }, /^Set PROMETHEUS_URL to .* Prometheus's query API: at .* a proxy answers/],
    [
      'it leads elsewhere',
      { status: 302, headers: { location: '/login?token=x' } },
      /^Set PROMETHEUS_URL to .* leads to http:\/\/127\.0\.0\.1:\d+\/login$/,
    ],
    ['a web page answers', { body: '<html>', type: 'text/html' }, /^Set PROMETHEUS_URL to .* a web page/],
    [
      'a page to log in answers',
      { status: 401, body: '<html>', type: 'text/html' },
      /^Set PROMETHEUS_URL to .* a web page/,
    ],
    ['nothing is in the answer', { body: '' }, /^Set PROMETHEUS_URL to .* an empty body/],
    ['another API answers', { body: '{"traces":[]}' }, /^Set PROMETHEUS_URL to .* another API answers$/],
    ['nothing has that path', NOT_FOUND, /^Set PROMETHEUS_URL to .* another API answers$/],
    ['the path is not there', { status: 404 }, /^Set PROMETHEUS_URL to .* is not there$/],
    ['the question is refused', { status: 400 }, /^Check PROMETHEUS_URL, and the query$/],
  ])('%s', async (_, reply, fix) => {
    await using server = await startAnsweringServer(({ path }) => {
      if (path === '/metrics') return { body: METRICS };
      return path === '/api/v1/query' ? reply : undefined;
    });
    expect(await askOnce(server.url, otlpMetric('m', 's'))).toMatch(fix);
  });

  test('another one of them answers there', async () => {
    await using server = await startAnsweringServer(({ path }) => {
      if (path === '/metrics') return { body: METRICS };
      return path === '/loki/api/v1/labels' ? { body: '{"status":"success"}' } : NOT_FOUND;
    });
    expect(await askOnce(server.url, traceql('{}'))).toBe(
      "Set TEMPO_URL to the address of Tempo's query API: Loki answers there",
    );
  });
});

/** Asks until the first final answer, and says what to do about it. */
async function askOnce(origin: string, { findNearest: _, ...question }: Pick<Telemetry<unknown>, 'ask'> & Question) {
  const url = new URL(origin);
  const access = readLgtmAccess({ tempo: url, prometheus: url, loki: url });
  useRun(sampleRun({ origin, backend: 'lgtm', ...(access && { access }) }));
  const ask = async () => ({ holds: false, seen: { kind: 'nothing' } as const, value: await question.ask() });
  const failure = await waitFor({ ...question, deadline: 3_600_000 }, { kind: 'empty' }, ask).catch((error: unknown) =>
    conclude({ meta: {} }, error),
  );
  const { finding } = failure as Awaited<ReturnType<typeof conclude>>;
  return finding && describeFinding(finding).fix;
}
