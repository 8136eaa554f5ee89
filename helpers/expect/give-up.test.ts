import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { getJson } from '../clients/http.ts';
import { isSilent } from '../clients/silence.ts';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { CheckedWay } from '../run/cloud-problem.ts';
import type { Run } from '../run/run.ts';
import { startWatch, type Watch } from './give-up.ts';
import type { Question } from './question.ts';

/** A wait with a clock of its own: `at` sets it, in milliseconds since the wait began, and asks whether to give up. */
type Waiting = {
  readonly at: (time: number) => Promise<boolean>;
  readonly setLost: (metric: string, count: number) => void;
  readonly endAlloy: () => Promise<void>;
  readonly lostBefore: Watch['lostBefore'];
};

const SUBJECTS = {
  otlp: { kind: 'traces', query: '{}' },
  'remote write': { kind: 'series', selector: '{}' },
} as const;

async function wait(
  question: Pick<Question, 'isMisplaced'> & { readonly path: keyof typeof SUBJECTS } & Partial<
      Pick<Question, 'subject'>
    >,
  body: (waiting: Waiting) => Promise<void>,
  changes: Partial<Run> = {},
) {
  let page = '';
  // A clock begins anywhere.
  const began = 90_000;
  let time = began;
  await using alloy = await startAnsweringServer(() => ({ body: page }));
  const setLost = (metric: string, count: number) => {
    page = `${metric} ${count}\n`;
  };
  setLost('otelcol_exporter_send_failed_spans_total', 7);
  const subject = SUBJECTS[question.path];
  const watch = startWatch(
    sampleRun({ origin: alloy.url, ...changes }),
    { subject, deadline: 20_000, ...question },
    { now: () => time, scale: (duration) => duration },
  );
  expect(await watch.lostBefore).toBe(question.path === 'otlp' ? 7 : 0);
  await body({
    setLost,
    lostBefore: watch.lostBefore,
    endAlloy: async () => await alloy[Symbol.asyncDispose](),
    at(present) {
      time = began + present;
      return watch.shouldGiveUp();
    },
  });
}

/** With the intervals of the sample run, OTLP data has had time to arrive after 1.6 s, scraped data after 2.2 s. */
const OTLP_PATIENCE = 1600;
const SCRAPE_PATIENCE = 2200;
const SPANS = 'otelcol_exporter_send_failed_spans_total';
const SAMPLES = 'prometheus_remote_storage_samples_failed_total';

describe('it gives up', () => {
  test('if Alloy no longer answers', () =>
    wait({ path: 'otlp' }, async ({ at, endAlloy }) => {
      expect(await at(600)).toBe(false);
      await endAlloy();
      // One answer may be missing by bad luck.
      expect(await at(1200)).toBe(false);
      expect(await at(2300)).toBe(true);
    }));

  test.each([
    ['otlp', SPANS, OTLP_PATIENCE],
    ['remote write', SAMPLES, SCRAPE_PATIENCE],
    ['remote write', 'prometheus_remote_storage_samples_dropped_total', SCRAPE_PATIENCE],
  ] as const)('if Alloy has dropped data on the path %s (%s)', (path, metric, patience) =>
    wait({ path }, async ({ at, setLost }) => {
      setLost(metric, 8);
      expect(await at(patience)).toBe(false);
      expect(await at(patience + 600)).toBe(true);
    }),
  );

  test('if the data has arrived somewhere else, after twice the time', () =>
    wait({ path: 'remote write', isMisplaced: async () => true }, async ({ at }) => {
      expect(await at(2 * SCRAPE_PATIENCE)).toBe(false);
      expect(await at(2 * SCRAPE_PATIENCE + 600)).toBe(true);
    }));
});

test('it gives up on what Alloy has not sent where the backend gives no answer', async () => {
  await using backend = await startAnsweringServer(() => 'never');
  const { access } = sampleRun({ origin: backend.url });
  const ask = () => getJson(access.loki, '/x', {}, z.never(), 100).catch((error: unknown) => error);
  while (!isSilent([access.loki.url])) await ask();
  const body = async ({ at }: Waiting) => {
    expect(await at(1200)).toBe(false);
    expect(await at(1800)).toBe(true);
  };
  await wait({ path: 'otlp', subject: { kind: 'delivery' } }, body, { access });
});

describe('where Grafana Cloud has refused a login when the run began', () => {
  const way = (scope: string, login: CheckedWay['login']) =>
    ({ service: 'OTLP', does: 'write', scope, tokenVariable: 'GRAFANA_CLOUD_API_KEY', login }) as const;
  const withWays = (...ways: CheckedWay[]): Partial<Run> => ({ cloudState: { ways, problems: [] } });

  test.each<[boolean, string, keyof typeof SUBJECTS, Partial<Run>]>([
    [true, 'it gives up at once', 'otlp', withWays(way('traces:write', 'refused'))],
    [false, 'it waits for a signal that was accepted', 'otlp', withWays(way('traces:write', 'accepted'))],
    [false, 'it waits for a signal of which nothing is known', 'otlp', withWays(way('traces:write', 'unknown'))],
    [false, 'it waits for another signal', 'otlp', withWays(way('logs:write', 'refused'))],
    [false, 'it waits for the other path', 'remote write', withWays(way('traces:write', 'refused'))],
    [
      false,
      'it waits for an Alloy that it did not start, which may have another login',
      'otlp',
      { ...withWays(way('traces:write', 'refused')), stack: 'external' },
    ],
  ])('%s: %s', (expected, _, path, changes) =>
    wait({ path }, async ({ at }) => expect(await at(10)).toBe(expected), changes),
  );
});

describe('where something stands still on the way', () => {
  const REDIS = { job: 'integrations/redis_exporter', instance: 'redis' };
  const about = {
    kind: 'scraped metric',
    expression: 'redis_up',
    metric: 'redis_up',
    labels: REDIS,
    source: 'redis',
  } as const;
  const attribute = (name: string, value: string) => ({ name, value: { type: 'string', value } });
  const labels = Object.entries(REDIS).map(([key, value]) => ({ key, value: { type: 'string', value } }));
  const describeTarget = (error: string) => ({
    name: 'target',
    body: [
      attribute('url', 'http://127.0.0.1:9/metrics'),
      { name: 'labels', value: { type: 'object', value: labels } },
      attribute('last_error', error),
      attribute('last_scrape', '2026-11-26T00:00:00Z'),
    ],
  });
  /** A scrape whose target has this error, an exporter, and remote write, all at an address where the exporter's `redis_up` is 0. */
  const describeAlloy = (error: string, feeds = ['prometheus.remote_write.x']) => [
    { localID: 'prometheus.exporter.redis.x', dataFlowEdgesTo: ['prometheus.scrape.x'] },
    { localID: 'prometheus.scrape.x', dataFlowEdgesTo: feeds, debugInfo: [describeTarget(error)], arguments: [] },
    { localID: 'prometheus.remote_write.x', dataFlowEdgesTo: null },
  ];

  type Setup = {
    readonly error: string;
    readonly feeds?: string[];
    readonly log?: string;
    readonly mayRecover?: boolean;
    readonly deadline?: number;
  };

  /** Waits for `redis_up`; `setError` changes what the scrape reports. */
  async function waitForRedis(
    { error, feeds, log = '', mayRecover = false, deadline = 120_000 }: Setup,
    body: (waiting: { at: (time: number) => Promise<boolean>; setError: (text: string) => void }) => Promise<void>,
  ) {
    const directory = mkdtempSync(join(tmpdir(), 'give-up-'));
    const logFile = join(directory, 'alloy.log');
    writeFileSync(logFile, log);
    let said = error;
    await using server = await startAnsweringServer(({ path }) => {
      const components = describeAlloy(said, feeds).map((one) => ({
        ...one,
        name: one.localID.slice(0, one.localID.lastIndexOf('.')),
        health: { state: 'healthy' },
      }));
      if (path === '/metrics') {
        return { body: 'prometheus_remote_storage_samples_total{component_id="prometheus.remote_write.x"} 5\n' };
      }
      if (path === '/api/v0/web/components') return { body: JSON.stringify(components) };
      if (path.endsWith('/query')) {
        const result = [{ metric: {}, value: [1, '0'] }];
        return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }) };
      }
      return { body: JSON.stringify(components.find(({ localID }) => path.endsWith(`/${localID}`))) };
    });
    const run = sampleRun({ origin: server.url });
    let time = 0;
    const watch = startWatch(
      { ...run, alloy: { ...run.alloy, logFile } },
      { subject: about, path: 'remote write', deadline },
      { mayRecover, now: () => time, scale: (duration) => duration },
    );
    try {
      await body({
        setError: (text) => {
          said = text;
        },
        at: async (present) => {
          time = present;
          return await watch.shouldGiveUp();
        },
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  const refused = 'dial tcp 127.0.0.1:9: connect: connection refused';
  const denied = () =>
    `ts=${new Date(Date.now() + 1000).toISOString()} level=error msg="Redis INFO err: NOAUTH Authentication required." component_id=prometheus.exporter.redis.x\n`;
  /** The second look is two scrapes and a second after the first. */
  const FIRST = SCRAPE_PATIENCE + 600;
  const SECOND = FIRST + 2000;

  test('it gives up at the first look on what the configuration lets nowhere', () =>
    waitForRedis({ error: '', feeds: [] }, async ({ at }) => {
      expect(await at(SCRAPE_PATIENCE)).toBe(false);
      expect(await at(FIRST)).toBe(true);
    }));

  test.each([refused, 'server returned HTTP status 404 Not Found', 'sample limit exceeded'])(
    'it gives up on a scrape that fails over two scrapes: %s',
    (error) =>
      waitForRedis({ error }, async ({ at }) => {
        expect(await at(FIRST)).toBe(false);
        expect(await at(SECOND - 1000)).toBe(false);
        expect(await at(SECOND)).toBe(true);
      }),
  );

  test('it gives up on an exporter that can’t log in over two scrapes', () =>
    waitForRedis({ error: '', log: denied() }, async ({ at }) => {
      expect(await at(FIRST)).toBe(false);
      expect(await at(SECOND)).toBe(true);
    }));

  test('it gives up at the first look on a scrape whose interval is longer than the wait', () =>
    waitForRedis({ error: '', deadline: 50_000 }, async ({ at }) => {
      expect(await at(SCRAPE_PATIENCE)).toBe(false);
      expect(await at(FIRST)).toBe(true);
    }));

  test.each<[string, Setup]>([
    ['a scrape that is slow', { error: 'context deadline exceeded' }],
    ['a scrape that gets an error of the server', { error: 'server returned HTTP status 503 Service Unavailable' }],
    ['an exporter that has not said why it can’t connect', { error: '' }],
    ['a scrape of a part that is taken away and comes back', { error: refused, mayRecover: true }],
    ['an exporter of a part that is taken away and comes back', { error: '', log: denied(), mayRecover: true }],
  ])('it waits for %s', (_, setup) =>
    waitForRedis(setup, async ({ at }) => {
      expect(await at(FIRST)).toBe(false);
      expect(await at(SECOND)).toBe(false);
      expect(await at(60_000)).toBe(false);
    }),
  );

  test('it waits for a scrape that works in between, or fails in another way', () =>
    waitForRedis({ error: refused }, async ({ at, setError }) => {
      expect(await at(FIRST)).toBe(false);
      setError('');
      expect(await at(FIRST + 1000)).toBe(false);
      setError('sample limit exceeded');
      expect(await at(SECOND)).toBe(false);
      setError(refused);
      expect(await at(SECOND + 2000)).toBe(false);
    }));
});

describe('it keeps waiting', () => {
  test('if the loss is older than the question', () =>
    wait({ path: 'otlp' }, async ({ at }) => {
      expect(await at(60_000)).toBe(false);
    }));

  test('if the loss is on the other path', () =>
    wait({ path: 'remote write' }, async ({ at, setLost }) => {
      setLost(SPANS, 99);
      expect(await at(60_000)).toBe(false);
    }));

  test('if samples are retried', () =>
    wait({ path: 'remote write' }, async ({ at, setLost }) => {
      setLost('prometheus_remote_storage_samples_retried_total', 99);
      expect(await at(60_000)).toBe(false);
    }));

  test('if the data has arrived nowhere', () =>
    wait({ path: 'remote write', isMisplaced: async () => false }, async ({ at }) => {
      expect(await at(60_000)).toBe(false);
    }));

  test('if where the data has arrived can’t be asked', () =>
    wait({ path: 'remote write', isMisplaced: () => Promise.reject(new Error('no answer')) }, async ({ at }) => {
      expect(await at(60_000)).toBe(false);
    }));

  test('between two checks, so Alloy is not queried at every attempt', () =>
    wait({ path: 'otlp' }, async ({ at, endAlloy }) => {
      expect(await at(600)).toBe(false);
      await endAlloy();
      expect(await at(1000)).toBe(false);
    }));
});
