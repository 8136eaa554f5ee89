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
  question: Pick<Question, 'path' | 'isMisplaced'> & Partial<Pick<Question, 'subject'>>,
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
  const watch = startWatch(sampleRun({ origin: alloy.url, ...changes }), { subject, ...question }, () => time);
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
      expect(await at(1200)).toBe(true);
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

  test.each<[boolean, string, Question['path'], Partial<Run>]>([
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
