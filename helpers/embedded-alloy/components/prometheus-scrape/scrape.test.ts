import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../../../tls/self-signed.ts';
import { createSecret } from '../../language/evaluation/secret.ts';
import { listen } from '../../pipeline/http/listen.ts';
import { buildPagePath, findPages } from '../../pipeline/in-process-pages.ts';
import type { MetricsConsumer, ScrapedSample } from '../../schema/capsules.ts';
import type { Instance } from '../../schema/component.ts';
import {
  buildArguments,
  type ComponentFixture,
  createFixture,
  type PartialArguments,
} from '../../testing/component-fixture.ts';
import { type RecordingServer, type Reply, startRecordingServer } from '../../testing/recording-server.ts';
import { type ScrapeArgs, scrapeBlock } from './block.ts';
import { createScrape } from './scrape.ts';

type Shown = Readonly<Record<string, number>>;
type Running = {
  readonly fixture: ComponentFixture;
  readonly server: RecordingServer;
  readonly instance: Instance;
  /** The samples of each scrape by `name{label="value"}`, without the duration and without those rolled back. */
  readonly scrapes: readonly Shown[];
  readonly samples: readonly (readonly ScrapedSample[])[];
  readonly scraped: (count: number) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const text = (body: string | Uint8Array, headers = {}): Reply => ({
  headers: { 'content-type': 'text/plain; version=0.0.4', ...headers },
  body,
});

/** Scrapes a server that answers with `replies` in turn, then repeats the last one. */
async function startScrape(replies: readonly Reply[], written: PartialArguments<ScrapeArgs> = {}): Promise<Running> {
  const server = await startRecordingServer((_, number) => replies[Math.min(number, replies.length) - 1] ?? {});
  const fixture = createFixture('prometheus.scrape.t');
  const scrapes: Shown[] = [];
  const samples: (readonly ScrapedSample[])[] = [];
  let wake = (): void => {};
  const consumer: MetricsConsumer = (received) => {
    samples.push(received);
    const kept = received.filter(({ rolledBack }) => rolledBack !== true).map(show);
    scrapes.push(Object.fromEntries(kept.filter(([name]) => !name.startsWith('scrape_duration'))));
    wake();
  };
  const args = buildArguments(scrapeBlock, {
    targets: [{ __address__: `127.0.0.1:${server.port}` }],
    forward_to: [{ capsule: 'metrics', name: 'prometheus.remote_write.t.receiver', consumer }],
    scrape_interval: 50,
    scrape_timeout: 50,
    ...written,
  });
  const instance = createScrape(args, fixture);
  await instance.start();
  return {
    fixture,
    server,
    instance,
    scrapes,
    samples,
    scraped: async (count) => {
      while (scrapes.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      await instance.stop(1_000);
      await server[Symbol.asyncDispose]();
    },
  };
}

function show({ labels, value }: ScrapedSample): [string, number] {
  const name = labels.find(([label]) => label === '__name__')?.[1];
  const rest = labels.filter(([label]) => !['__name__', 'instance', 'job'].includes(label));
  const shown = rest.length === 0 ? '' : `{${rest.map(([label, held]) => `${label}="${held}"`).join()}}`;
  return [`${name}${shown}`, value];
}

const report = (up: number, scraped: number, added: number): Shown => ({
  up,
  scrape_samples_scraped: scraped,
  scrape_samples_post_metric_relabeling: scraped,
  scrape_series_added: added,
});
const LONG: PartialArguments<ScrapeArgs> = { scrape_interval: 2_000, scrape_timeout: 2_000 };

describe('prometheus.scrape fails a scrape', () => {
  test.each<[string, string, PartialArguments<ScrapeArgs>, RegExp]>([
    ['with more samples than sample_limit', 'a 1\nb 2\nc 3\n', { sample_limit: 2 }, /^sample limit exceeded$/],
    [
      'with more labels than label_limit',
      'a{b="1",c="2"} 1\n',
      { label_limit: 3 },
      /^label_limit exceeded \(metric: "a"/,
    ],
    [
      'with a name over label_name_length_limit',
      'a{bcdefghijk="1"} 1\n',
      { label_name_length_limit: 9 },
      /name_length/,
    ],
    [
      'with a value over label_value_length_limit',
      'a{b="123456789012345678901"} 1\n',
      { label_value_length_limit: 20 },
      /value_length/,
    ],
    ['with a label twice', 'a{b="1",b="2"} 1\n', {}, /label name "b" is not unique/],
    ['with a name that is only valid as UTF-8', '{"a b"} 1\n', {}, /invalid metric name/],
    [
      'with no known Content-Type and no fallback',
      'a 1\n',
      { scrape_fallback_protocol: '' },
      /unsupported Content-Type/,
    ],
  ])('%s', async (_, page, written, reason) => {
    const unknown = written.scrape_fallback_protocol === '' ? { 'content-type': 'text/html' } : {};
    await using running = await startScrape([text(page, unknown)], { ...LONG, ...written });
    await running.scraped(1);
    const [first] = running.scrapes;
    expect(first?.up).toBe(0);
    expect(Object.keys(first ?? {}).some((name) => /^[abc]/.test(name))).toBe(false);
    expect(running.fixture.lines.at(-1)?.fields.err).toMatch(reason);
  });

  test('of a page over body_size_limit, compressed or not', async () => {
    const page = 'a 1\n'.repeat(1000);
    for (const reply of [text(page), text(gzipSync(page), { 'content-encoding': 'gzip' })]) {
      await using running = await startScrape([reply], { ...LONG, body_size_limit: 1000 });
      await running.scraped(1);
      expect(running.fixture.lines.at(-1)?.fields.err).toBe('body size limit exceeded');
    }
  });

  test('of every target if there are more than target_limit', async () => {
    const targets = ['a', 'b'].map((name) => ({ __address__: '127.0.0.1:9', name }));
    await using running = await startScrape([], { ...LONG, targets, target_limit: 1 });
    await running.scraped(2);
    expect(running.fixture.lines.at(-1)?.fields.err).toBe('target_limit exceeded (number of targets: 2, limit: 1)');
  });
});

describe('prometheus.scrape requests', () => {
  test('a page as Prometheus does, with its credentials, and follows redirects', async () => {
    const redirect = { status: 302, headers: { location: '/elsewhere' } };
    const page = gzipSync('a 1\n');
    await using running = await startScrape([redirect, text(page, { 'content-encoding': 'gzip' })], {
      ...LONG,
      params: { q: ['1', '2'], p: ['x y'] },
      metrics_path: '/m',
      basic_auth: { username: 'u', password: createSecret('pw') },
      http_headers: { 'x-scope': [createSecret('a')] },
    });
    await running.scraped(1);
    expect(running.server.requests.map(({ url }) => url)).toEqual(['/m?p=x+y&q=1&q=2', '/elsewhere']);
    expect(running.server.requests[0]?.headers).toMatchObject({
      accept:
        'application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'accept-encoding': 'gzip',
      'x-prometheus-scrape-timeout-seconds': '2',
      'user-agent': expect.stringContaining('embedded Alloy, not Grafana Alloy'),
      authorization: `Basic ${Buffer.from('u:pw').toString('base64')}`,
      'x-scope': 'a',
    });
    expect(running.scrapes[0]).toEqual({ a: 1, ...report(1, 1, 1) });
  });

  test('the page of a component by its path, without a socket', async () => {
    await using running = await startScrape([], {
      targets: [
        {
          __address__: 'alloy.internal:12345',
          __metrics_path__: buildPagePath('prometheus.exporter.x.y'),
          instance: 'i',
        },
      ],
    });
    const body = Buffer.from('a 1\n');
    findPages(running.fixture.registry).set(buildPagePath('prometheus.exporter.x.y'), async () => ({
      status: 200,
      contentType: 'text/plain',
      body,
    }));
    await expect.poll(() => running.scrapes.at(-1), { interval: 10 }).toEqual({ a: 1, ...report(1, 1, 0) });
    expect(running.server.requests).toEqual([]);
  });
});

describe('the debug info of prometheus.scrape has', () => {
  const readTargets = ({ instance }: Running): Record<string, unknown>[] =>
    (instance.debugInfo?.() ?? []).map((target) =>
      Object.fromEntries(
        target.type === 'block'
          ? target.body.map((attribute) => [attribute.name, attribute.type === 'attr' && attribute.value.value])
          : [],
      ),
    );

  test('each target, before its first scrape too', async () => {
    await using running = await startScrape(['hang'], { ...LONG, job_name: 'j' });
    expect(readTargets(running)).toEqual([
      {
        job: 'j',
        url: `${running.server.url}/metrics`,
        health: 'unknown',
        labels: [
          { key: 'instance', value: { type: 'string', value: `127.0.0.1:${running.server.port}` } },
          { key: 'job', value: { type: 'string', value: 'j' } },
        ],
        last_scrape: '0001-01-01T00:00:00Z',
      },
    ]);
  });

  test('the time and duration of the latest scrape, and no error if it went well', async () => {
    await using running = await startScrape([text('a 1\n')], LONG);
    await running.scraped(1);
    const [target] = readTargets(running);
    expect(target).toMatchObject({ health: 'up', last_scrape_duration: expect.stringMatching(/^[\d.]+(?:ms|µs|s)$/) });
    expect(target).not.toHaveProperty('last_error');
    expect(Date.now() - Date.parse(String(target?.last_scrape))).toBeLessThan(60_000);
  });

  test.each<[string, Reply, PartialArguments<ScrapeArgs>, string]>([
    ['a status other than 200', { status: 404 }, LONG, 'server returned HTTP status 404 Not Found'],
    [
      'a status, whatever its body',
      { status: 500, body: 'a\n'.repeat(1000) },
      { ...LONG, body_size_limit: 100 },
      'server returned HTTP status 500 Internal Server Error',
    ],
    ['no answer in time', 'hang', {}, 'Get "URL/metrics": context deadline exceeded'],
    ['too many samples', text('a 1\nb 2\nc 3\n'), { ...LONG, sample_limit: 2 }, 'sample limit exceeded'],
    ['too large a page', text('a 1\n'.repeat(1000)), { ...LONG, body_size_limit: 100 }, 'body size limit exceeded'],
    [
      'a page that can’t be parsed',
      text('<html></html>'),
      LONG,
      'expected a valid start token, got "<" ("INVALID") while parsing: "<"',
    ],
  ])('the reason of a scrape that fails with %s', async (_, reply, written, reason) => {
    await using running = await startScrape([reply], written);
    await running.scraped(1);
    const shown = reason.replace('URL', running.server.url);
    expect(readTargets(running)).toMatchObject([{ health: 'down', last_error: shown }]);
  });

  test.each<[string, (number: number) => string]>([
    ['that lead back', () => '/metrics'],
    ['without an end', (number) => `/${number}`],
  ])('that a target answers with redirects %s', async (_, locate) => {
    await using server = await startRecordingServer((__, number) => ({
      status: 302,
      headers: { location: locate(number) },
    }));
    const targets = [{ __address__: `127.0.0.1:${server.port}` }];
    await using running = await startScrape([], { ...LONG, targets });
    await running.scraped(1);
    expect(readTargets(running)[0]?.last_error).toBe(`Get "${server.url}/metrics": stopped after 10 redirects`);
  });

  test.each([
    ['does not speak TLS', false, 'tls: first record does not look like a TLS handshake'],
    [
      'has a certificate of its own',
      true,
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
  ])('that a target %s', async (_, secure, reason) => {
    const { certificate, key } = selfSigned(['localhost']);
    const server = secure ? createHttpsServer({ cert: certificate, key }) : createHttpServer();
    const { port } = await listen(server, { host: '127.0.0.1', port: 0 });
    const targets = [{ __address__: `localhost:${port}` }];
    await using running = await startScrape([], { ...LONG, targets, scheme: 'https' });
    await running.scraped(1);
    server.close();
    expect(readTargets(running)[0]?.last_error).toBe(`Get "https://localhost:${port}/metrics": ${reason}`);
  });

  test('that a page ends too early', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na 1\n'));
    });
    const { port } = await listen(server, { host: '127.0.0.1', port: 0 });
    await using running = await startScrape([], { ...LONG, targets: [{ __address__: `127.0.0.1:${port}` }] });
    await running.scraped(1);
    server.close();
    expect(readTargets(running)[0]?.last_error).toBe('unexpected EOF');
  });

  test('the address that refuses connections, resolved', async () => {
    await using running = await startScrape([], { ...LONG, targets: [{ __address__: 'localhost:9' }] });
    await running.scraped(1);
    expect(readTargets(running)[0]?.last_error).toMatch(
      /^Get "http:\/\/localhost:9\/metrics": dial tcp (?:127\.0\.0\.1|\[::1\]):9: connect: connection refused$/,
    );
  });

  test('the URL of a component whose page comes too late', async () => {
    const __metrics_path__ = buildPagePath('prometheus.exporter.x.y');
    await using running = await startScrape([], {
      targets: [{ __address__: 'alloy.internal:12345', __metrics_path__ }],
    });
    findPages(running.fixture.registry).set(__metrics_path__, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new Error('a reason of its own');
    });
    await expect
      .poll(() => readTargets(running)[0]?.last_error)
      .toBe(`Get "http://alloy.internal:12345${__metrics_path__}": context deadline exceeded`);
  });
});

describe('prometheus.scrape counts', () => {
  test('what it forwards, what was rolled back included', async () => {
    await using running = await startScrape([text('a 1\nb 2\nc 3\n')], { ...LONG, sample_limit: 2 });
    expect(await running.fixture.metric('prometheus_forwarded_samples_total')).toBe(0);
    await running.scraped(1);
    expect(running.samples[0]?.filter(({ rolledBack }) => rolledBack === true)).toHaveLength(2);
    expect(await running.fixture.metric('prometheus_forwarded_samples_total')).toBe(7);
    expect(await running.fixture.metric('prometheus_target_scrapes_exceeded_sample_limit_total')).toBe(1);
  });

  test.each<[string, string, PartialArguments<ScrapeArgs>]>([
    ['prometheus_target_scrape_pool_exceeded_label_limits_total', 'a{b="1",c="2"} 1\n', { label_limit: 3 }],
    ['prometheus_target_scrapes_exceeded_body_size_limit_total', 'a 1\n'.repeat(100), { body_size_limit: 10 }],
    ['prometheus_target_scrapes_sample_duplicate_timestamp_total', 'a 1\na 2\n', {}],
    ['prometheus_target_scrapes_sample_out_of_bounds_total', `a 1 ${Date.now() + 60 * 60_000}\n`, {}],
  ])('%s', async (name, page, written) => {
    await using running = await startScrape([text(page)], { ...LONG, ...written });
    expect(await running.fixture.metric(name)).toBe(0);
    await running.scraped(1);
    expect(await running.fixture.metric(name)).toBe(1);
  });

  test('nothing as forwarded without a receiver', async () => {
    await using running = await startScrape([text('a 1\n')], { ...LONG, forward_to: [] });
    await running.server.received(1);
    await expect.poll(() => running.instance.debugInfo?.()).toMatchObject([{ body: expect.arrayContaining([]) }]);
    expect(await running.fixture.metric('prometheus_forwarded_samples_total')).toBe(0);
  });
});

test('timestamps of the page are ignored if honor_timestamps is off', async () => {
  await using running = await startScrape([text('a 1 1600000000000\n')], { ...LONG, honor_timestamps: false });
  await running.scraped(1);
  expect(running.samples[0]?.[0]?.timestamp).toBeGreaterThan(Date.now() - 10_000);
});

test('samples more than ten minutes in the future are dropped with a warning', async () => {
  await using running = await startScrape([text(`a 1 ${Date.now() + 11 * 60_000}\nb 1\n`)], LONG);
  await running.scraped(1);
  expect(running.scrapes[0]).toEqual({ b: 1, ...report(1, 2, 1) });
  expect(running.fixture.lines.find(({ level }) => level === 'warn')?.fields.num_dropped).toBe(1);
});

test('extra_metrics adds the limits and the size of the page', async () => {
  await using running = await startScrape([text('a 1\n')], { ...LONG, extra_metrics: true, sample_limit: 9 });
  await running.scraped(1);
  expect(running.scrapes[0]).toMatchObject({
    scrape_timeout_seconds: 2,
    scrape_sample_limit: 9,
    scrape_body_size_bytes: 4,
  });
});

test('a target keeps its own interval, and a target without an address is skipped', async () => {
  await using running = await startScrape([text('a 1\n')], {
    ...LONG,
    targets: [
      { __address__: '' },
      { __address__: '127.0.0.1:9', __scrape_interval__: '20ms', __scrape_timeout__: '20ms' },
    ],
  });
  await running.scraped(3);
  expect(await running.fixture.logged('Creating target failed')).toMatchObject({ fields: { err: 'no address' } });
  expect(await running.fixture.metric('prometheus_scrape_targets_gauge')).toBe(2);
  expect(await running.fixture.metric('prometheus_target_scrape_pool_targets')).toBe(1);
  expect(await running.fixture.metric('prometheus_target_sync_failed_total')).toBe(1);
});

test('one warning lists all unsupported arguments and refers to a real Alloy', async () => {
  await using running = await startScrape([text('')], {
    ...LONG,
    scrape_native_histograms: true,
    clustering: { enabled: true },
  });
  const [warning, ...more] = running.fixture.lines.filter(({ level }) => level === 'warn');
  expect(warning?.message).toContain('scrape_native_histograms, clustering of prometheus.scrape: a real Grafana Alloy');
  expect(more).toEqual([]);
});
