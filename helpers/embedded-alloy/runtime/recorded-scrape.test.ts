import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unsnappyBounded } from '../../otlp/compression.ts';
import { WriteRequest } from '../../otlp/remote-write.ts';
import {
  type RecordedRequest,
  type RecordingServer,
  type Reply,
  startRecordingServer,
} from '../testing/recording-server.ts';
import { loadGraph } from './load.ts';
import { createLog } from './logger.ts';

type Series = Readonly<Record<string, string | number>>;
type Case = {
  readonly name: string;
  readonly config: string;
  readonly series: readonly Series[];
  readonly log: readonly string[];
};

const { cases } = JSON.parse(
  readFileSync(new URL('../../../fixtures/captures/alloy-1.18/scrape-write.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

/** Cases that differ from the recording, and the label that does: the embedded Alloy does not call itself Alloy. */
const NAMES_ITSELF: Readonly<Record<string, string>> = { param: 'ua', params_arg: 'ua' };

/** The pages that were served for the recording. */
const PAGES: Readonly<Record<string, string>> = {
  '/ok':
    '# HELP c_total a counter\n# TYPE c_total counter\nc_total{a="1"} 5\n# TYPE g gauge\ng 1.5\ng_nan NaN\ng_inf +Inf\ng_neg -Inf\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n# TYPE s summary\ns{quantile="0.5"} 4\ns_sum 8\ns_count 2\nescaped{p="a\\"b\\\\c\\nd"} 1\nunicode{p="ü✓"} 1\n',
  '/timestamps': 'old_ts 1 1600000000000\nnow_ts 2\n',
  '/garbage': 'this is { not metrics\n',
  '/empty': '',
  '/partial': 'fine 1\nbroken{ 2\n',
  '/dup': 'd 1\nd 2\n',
  '/conflict': 'x{job="inner",instance="inner",foo="bar"} 1\n',
  '/html': '<html>no</html>',
};

function servePage({ url, headers }: RecordedRequest): Reply {
  const { pathname, searchParams } = new URL(url, 'http://x');
  if (pathname === '/hang') {
    return 'hang';
  }
  if (pathname === '/e500') {
    return { status: 500 };
  }
  const echo = {
    v: searchParams.get('v'),
    accept: headers.accept?.slice(0, 60),
    timeout: headers['x-prometheus-scrape-timeout-seconds'],
    ua: headers['user-agent'],
  };
  const labels = Object.entries(echo).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const page = pathname === '/param' ? `param{${labels.join(',')}} 1\n` : PAGES[pathname];
  return page === undefined
    ? { status: 404 }
    : { headers: { 'content-type': 'text/plain; version=0.0.4' }, body: page };
}

type Outcome = { readonly series: readonly Series[]; readonly lines: readonly string[] };

const directory = mkdtempSync(join(tmpdir(), 'recorded-scrape-'));
const outcomes = new Map<string, Outcome>();

/**
 * Runs a case until its target has been scraped twice with the recorded outcome, and returns the series of that scrape.
 * On a busy machine a scrape may exceed its timeout, which does not count as a difference.
 */
async function run({ name, config, series: recorded }: Case, pages: RecordingServer): Promise<Outcome> {
  await using backend = await startRecordingServer(() => ({}));
  const path = join(directory, `${name}.alloy`);
  writeFileSync(
    path,
    config
      .replaceAll('127.0.0.1:29000', `127.0.0.1:${backend.port}`)
      .replaceAll('127.0.0.1:29100', `127.0.0.1:${pages.port}`),
  );
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  const graph = await loadGraph(path, {
    environment: {},
    storagePath: directory,
    registry: new Registry(),
    log,
    stability: 'generally-available',
    communityComponents: false,
  });
  await graph.start();
  const summarize = (all: readonly Series[]) =>
    ['up', 'scrape_samples_scraped'].map((name) => all.find((one) => one.__name__ === name)?.value).join();
  let series: Series[] = [];
  for (let scrapes = 0, read = 0; scrapes < 2; read++) {
    await backend.received(read + 1);
    const body = unsnappyBounded(backend.requests[read]?.body ?? Buffer.alloc(0));
    const latest = new Map<string, Series>();
    for (const { labels, samples } of WriteRequest.decode(body).timeseries) {
      const named = labels.map(({ name: label, value }) => [label, value.replaceAll(String(pages.port), '29100')]);
      const one: Series = Object.fromEntries(named);
      latest.set(JSON.stringify(named), { ...one, value: shown(one.__name__, samples.at(-1)?.value) });
    }
    series = [...latest.values()];
    scrapes += summarize(series) === summarize(recorded) ? 1 : 0;
  }
  await graph.stop(1_000);
  return { series, lines };
}

function shown(name: string | number | undefined, value = Number.NaN): string | number {
  if (name === 'scrape_duration_seconds') {
    return '(a duration)';
  }
  if (Number.isFinite(value)) {
    return value;
  }
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

const inOrder = (series: readonly Series[]): string[] =>
  series.map((one) => JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

const without = (series: readonly Series[], label: string | undefined): Series[] =>
  series.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => name !== label)));

beforeAll(async () => {
  await using pages = await startRecordingServer(servePage);
  await Promise.all(cases.map(async (one) => outcomes.set(one.name, await run(one, pages))));
}, 60_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
  const agree = cases.filter(({ name, series }) => {
    const outcome = outcomes.get(name);
    return outcome !== undefined && inOrder(outcome.series).join() === inOrder(series).join();
  });
  const differ = cases.filter((one) => !agree.includes(one)).map(({ name }) => `${name} (label ${NAMES_ITSELF[name]})`);
  console.log(`scrape-write.json: ${agree.length} of ${cases.length} cases agree; not: ${differ.join(', ')}`);
});

describe('the series that arrive are the same as from a real Alloy', () => {
  test.each(cases)('in the case "$name"', ({ name, series }) => {
    const outcome = outcomes.get(name)?.series ?? [];
    const own = NAMES_ITSELF[name];
    expect(inOrder(without(outcome, own))).toEqual(inOrder(without(series, own)));
  });

  test('with at most five exceptions, each of one label', () => {
    expect(Object.keys(NAMES_ITSELF).length).toBeLessThanOrEqual(5);
    for (const [name, label] of Object.entries(NAMES_ITSELF)) {
      const named = outcomes.get(name)?.series.find((series) => label in series);
      expect(named?.[label]).toContain('embedded Alloy, not Grafana Alloy');
    }
  });
});

test.each(cases)(
  'the log lines at warn and above are the same as of a real Alloy in the case "$name"',
  ({ name, log }) => {
    const loud = outcomes.get(name)?.lines.filter((line) => / level=(?:warn|error) /.test(line)) ?? [];
    expect(loud.length > 0).toBe(log.length > 0);
    for (const recorded of log) {
      expect(loud.some((line) => line.includes(recorded))).toBe(true);
    }
  },
);
