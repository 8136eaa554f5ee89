import { describe, expect, test } from 'vitest';
import { type Reply, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { checkCloudForRun } from '../doctor/check-cloud.ts';
import { describeFinding } from '../findings/finding-sentences.ts';
import type { CloudState } from '../run/cloud-problem.ts';
import { readSettings } from '../settings/settings.ts';
import { conclude } from './conclude.ts';
import { useRun } from './run.ts';
import type { JudgedTask } from './task.ts';
import { otlpMetric } from './telemetry.ts';
import { waitFor } from './wait.ts';

const NOTHING: Reply = { body: '{"status":"success","data":{"resultType":"vector","result":[]}}' };
const QUERY = '/api/prom/api/v1/query';
/** An Alloy that has received and sent. */
const METRICS = 'otelcol_receiver_accepted_metric_points_total 1\notelcol_exporter_sent_metric_points_total 1\n';

/** Asks for a metric that is not there, and says why and what to do; the replies are those to one question after the other. */
async function explain(replies: readonly (Reply | 'gone')[], cloudState?: CloudState) {
  let asked = 0;
  await using server = await startAnsweringServer(({ path }) => {
    if (path === '/metrics') return { body: METRICS };
    if (path.endsWith('/components')) return { body: '[]' };
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

/** What the check of a run's start finds at a service that takes every login and answers with these headers. */
async function check(headers: Record<string, string> = {}): Promise<CloudState> {
  await using server = await startAnsweringServer(() => ({ body: '{"status":"success","data":[]}', headers }));
  return await checkCloudForRun(readSettings(sampleRun({ origin: server.url }).variables));
}

describe('what a backend answers in place of data is named, with what to do', () => {
  test.each<[string, readonly (Reply | 'gone')[], RegExp, RegExp]>([
    [
      'a web page',
      [{ body: '<html>', type: 'text/html' }],
      /\/api\/v1\/query answered 200 with an HTML page, not JSON$/,
      /^Set the address where the run asks this service to that of its query API: at .* a web page, .* answers$/,
    ],
    [
      'a proxy that wants a login',
      [{ status: 407, body: '<html>', type: 'text/html' }],
      / answered 407 with an HTML page/,
      /^Put the proxy's login into HTTPS_PROXY/,
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
      /^Check that .* is right and can be reached from here/,
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

  test('data that is not there, while all is well, has no cause of these', async () => {
    expect(await explain([NOTHING], await check())).toBeUndefined();
  });
});
