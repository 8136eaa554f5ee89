import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unsnappyBounded } from '../../../otlp/compression.ts';
import { STALE_NAN } from '../../../otlp/remote-write.ts';
import { createSecret } from '../../language/evaluation/secret.ts';
import { regex } from '../../schema/blocks/relabel-rule.ts';
import type { MetricsConsumer, ScrapedSample } from '../../schema/capsules.ts';
import type { Instance } from '../../schema/component.ts';
import {
  buildArguments,
  type ComponentFixture,
  createFixture,
  type PartialArguments,
} from '../../testing/component-fixture.ts';
import { type RecordedRequest, type Reply, startRecordingServer } from '../../testing/recording-server.ts';
import { type RemoteWriteArgs, remoteWriteBlock } from './block.ts';
import { MAX_QUEUED_SAMPLES } from './endpoint-queue.ts';
import { createRemoteWrite } from './remote-write.ts';
import { BitsWriteRequest } from './write-request.ts';

const TOKEN = 'glc_do-not-show-this';
type Endpoint = PartialArguments<RemoteWriteArgs['endpoint'][number]>;

type Running = {
  readonly fixture: ComponentFixture;
  readonly instance: Instance;
  readonly append: MetricsConsumer;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

async function startWriter(endpoint: Endpoint, more: PartialArguments<RemoteWriteArgs> = {}): Promise<Running> {
  const fixture = createFixture('prometheus.remote_write.cloud');
  const withDefaults = {
    basic_auth: { username: '2847239', password: createSecret(TOKEN) },
    ...endpoint,
    queue_config: { batch_send_deadline: 20, min_backoff: 5, max_backoff: 20, ...endpoint.queue_config },
  };
  const instance = createRemoteWrite(buildArguments(remoteWriteBlock, { ...more, endpoint: [withDefaults] }), fixture);
  await instance.start();
  const { receiver } = instance.exports as { receiver: { consumer: MetricsConsumer } };
  return {
    fixture,
    instance,
    append: receiver.consumer,
    [Symbol.asyncDispose]: async () => {
      await instance.stop(100);
      expect(JSON.stringify(fixture.lines)).not.toContain(TOKEN);
      expect(await fixture.registry.metrics()).not.toContain(TOKEN);
    },
  };
}

const backend = (...replies: Reply[]) =>
  startRecordingServer((_, number) => replies[Math.min(number, replies.length) - 1] ?? {});

function samples(count: number, labels: Readonly<Record<string, string>> = {}): ScrapedSample[] {
  return Array.from({ length: count }, (_, index) => ({
    labels: Object.entries({ __name__: 'a', n: String(index), ...labels }).sort(),
    value: index,
    timestamp: Date.now() + index,
  }));
}

const decode = (request: RecordedRequest | undefined) =>
  BitsWriteRequest.decode(unsnappyBounded(request?.body ?? Buffer.alloc(0))).timeseries;
const labelsIn = (request: RecordedRequest | undefined) =>
  decode(request).map(({ labels }) => Object.fromEntries(labels.map(({ name, value }) => [name, value])));
const metric = (running: Running, name: string, labels = {}) =>
  running.fixture.metric(`prometheus_remote_storage_${name}`, labels);

test('samples of a scrape that failed are counted as appended, as in Alloy, and not sent', async () => {
  await using cloud = await backend({});
  await using writer = await startWriter({ url: cloud.url });
  const [first, second] = samples(2);
  writer.append([first, second].flatMap((sample) => (sample === undefined ? [] : [{ ...sample, rolledBack: true }])));
  writer.append(samples(1));
  await cloud.received(1);
  expect(decode(cloud.requests[0])).toHaveLength(1);
  expect(await writer.fixture.metric('prometheus_remote_write_wal_samples_appended_total')).toBe(3);
  expect(await metric(writer, 'samples_in_total')).toBe(1);
});

describe('prometheus.remote_write sends', () => {
  test('its samples after the deadline, with the headers of remote write 1.0 and Basic auth', async () => {
    await using cloud = await backend({});
    await using writer = await startWriter({ url: `${cloud.url}/api/prom/push`, headers: { 'x-scope-orgid': 'a' } });
    writer.append(samples(3));
    await cloud.received(1);
    expect(cloud.requests[0]).toMatchObject({
      method: 'POST',
      url: '/api/prom/push',
      headers: {
        'content-encoding': 'snappy',
        'content-type': 'application/x-protobuf',
        'x-prometheus-remote-write-version': '0.1.0',
        'user-agent': expect.stringContaining('embedded Alloy, not Grafana Alloy'),
        authorization: `Basic ${Buffer.from(`2847239:${TOKEN}`).toString('base64')}`,
        'x-scope-orgid': 'a',
      },
    });
    expect(labelsIn(cloud.requests[0])).toEqual([0, 1, 2].map((n) => ({ __name__: 'a', n: String(n) })));
    await writer.instance.stop(1_000);
    const labels = { component_id: 'prometheus.remote_write.cloud', url: `${cloud.url}/api/prom/push` };
    expect(await metric(writer, 'samples_total', labels)).toBe(3);
    expect(await metric(writer, 'samples_failed_total', labels)).toBe(0);
    expect(await metric(writer, 'samples_pending', labels)).toBe(0);
    expect(await writer.fixture.metric('prometheus_remote_write_wal_samples_appended_total')).toBe(3);
  });

  test('stale markers and other NaNs with their distinct bits', async () => {
    await using cloud = await backend({});
    await using writer = await startWriter({ url: cloud.url });
    const [one] = samples(1);
    if (one === undefined) {
      throw new Error('no sample');
    }
    writer.append([
      { ...one, value: Number.NaN, stale: true },
      { ...one, value: Number.NaN },
      { ...one, value: Number.NEGATIVE_INFINITY },
    ]);
    await cloud.received(1);
    const bits = decode(cloud.requests[0]).map((series) => series.samples[0]?.bits);
    expect(bits).toEqual([STALE_NAN, 0x7ff8000000000001n, 0xfff0000000000000n]);
  });

  test('at most max_samples_per_send at once, and without delay once it has that many', async () => {
    await using cloud = await backend({});
    await using writer = await startWriter({
      url: cloud.url,
      queue_config: { max_samples_per_send: 10, batch_send_deadline: 600_000 },
    });
    writer.append(samples(25));
    await cloud.received(2);
    await writer.instance.stop(1_000);
    expect(cloud.requests.map((request) => decode(request).length)).toEqual([10, 10, 5]);
  });

  test('external labels that a series lacks, except empty ones', async () => {
    await using cloud = await backend({});
    const external = { cluster: 'c1', n: 'external', none: '' };
    await using writer = await startWriter({ url: cloud.url }, { external_labels: external });
    writer.append(samples(1));
    await cloud.received(1);
    expect(labelsIn(cloud.requests[0])).toEqual([{ __name__: 'a', cluster: 'c1', n: '0' }]);
  });

  test('only what write_relabel_config keeps, and counts the rest as dropped', async () => {
    await using cloud = await backend({});
    const rule = { source_labels: ['n'], regex: regex('1'), action: 'keep' as const };
    await using writer = await startWriter({ url: cloud.url, write_relabel_config: [rule] });
    writer.append(samples(3));
    await cloud.received(1);
    expect(labelsIn(cloud.requests[0])).toEqual([{ __name__: 'a', n: '1' }]);
    expect(await metric(writer, 'samples_dropped_total', { reason: 'dropped_series' })).toBe(2);
    expect(await metric(writer, 'samples_dropped_total', { reason: 'too_old' })).toBeUndefined();
  });

  test('no samples from before it was created', async () => {
    await using cloud = await backend({});
    await using writer = await startWriter({ url: cloud.url });
    const [old, current] = samples(2);
    writer.append(
      [old, current].flatMap((one, index) => (one ? [{ ...one, timestamp: index * Date.now() + 60_000 }] : [])),
    );
    await cloud.received(1);
    expect(labelsIn(cloud.requests[0])).toEqual([{ __name__: 'a', n: '1' }]);
  });

  test('again after 500, 429 and a refused connection, without losing data', async () => {
    const free = await backend();
    const { port, url } = free;
    await free[Symbol.asyncDispose]();
    await using writer = await startWriter({ url });
    writer.append(samples(2));
    const { level, fields } = await writer.fixture.logged('Failed to send batch, retrying');
    expect([level, fields.err]).toEqual([
      'warn',
      `Post "${url}": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    ]);
    let answers = 0;
    await using cloud = await startRecordingServer(() => ({ status: [500, 429, 204][answers++] ?? 204 }), port);
    await cloud.received(3);
    await writer.instance.stop(1_000);
    expect(decode(cloud.requests[2])).toHaveLength(2);
    expect(cloud.requests[2]?.headers['retry-attempt']).toBeDefined();
    expect(await metric(writer, 'samples_retried_total')).toBeGreaterThanOrEqual(6);
    expect(await metric(writer, 'samples_failed_total')).toBe(0);
  });

  test('after the time that Retry-After asks for, of which it logs how long it is and not why', async () => {
    await using cloud = await backend({ status: 429, headers: { 'retry-after': '1' } }, {});
    await using writer = await startWriter({ url: cloud.url });
    writer.append(samples(1));
    const { level, fields } = await writer.fixture.logged('Retrying after duration specified by Retry-After header');
    expect([level, fields.duration]).toEqual(['info', '1s']);
    await cloud.received(2);
    expect((await writer.fixture.logged('Failed to send batch, retrying')).fields.err).toMatch(/429/);
  });

  test('everything it holds before it stops', async () => {
    await using cloud = await backend({});
    await using writer = await startWriter({ url: cloud.url, queue_config: { batch_send_deadline: 600_000 } });
    writer.append(samples(5));
    await writer.instance.stop(5_000);
    expect(decode(cloud.requests[0])).toHaveLength(5);
  });
});

describe('prometheus.remote_write drops', () => {
  test('samples refused with 401, with Alloy’s log line and metric, and continues', async () => {
    await using cloud = await backend({ status: 401, body: 'authentication error: invalid token' }, {});
    await using writer = await startWriter({ url: cloud.url });
    writer.append(samples(2));
    const { level, fields } = await writer.fixture.logged('non-recoverable error');
    expect(level).toBe('error');
    expect(fields).toMatchObject({
      url: cloud.url,
      failedSampleCount: 2,
      err: 'server returned HTTP status 401 Unauthorized: authentication error: invalid token',
    });
    expect(await metric(writer, 'samples_failed_total')).toBe(2);
    writer.append(samples(1));
    await cloud.received(2);
    expect(writer.fixture.health().state).toBe('healthy');
  });

  test('the oldest samples of a full queue, and logs how many', async () => {
    await using cloud = await backend('hang');
    await using writer = await startWriter({ url: cloud.url, queue_config: { max_samples_per_send: 10 } });
    writer.append(samples(10));
    await cloud.received(1);
    const [one] = samples(1);
    const many = new Array<ScrapedSample>(MAX_QUEUED_SAMPLES + 7).fill(one ?? { labels: [], value: 0, timestamp: 0 });
    writer.append(many);
    expect(await metric(writer, 'samples_dropped_total', { reason: 'queue_full' })).toBe(7);
    expect(await metric(writer, 'samples_pending')).toBe(MAX_QUEUED_SAMPLES + 10);
    expect(await writer.fixture.logged(/queue .* is full/)).toMatchObject({ level: 'error', fields: { dropped: 7 } });
  });

  test('samples older than sample_age_limit', async () => {
    await using cloud = await backend({});
    await using writer = await startWriter({ url: cloud.url, queue_config: { sample_age_limit: 1 } });
    writer.append(samples(1));
    await expect.poll(() => metric(writer, 'samples_dropped_total', { reason: 'too_old' })).toBe(1);
    expect(cloud.requests).toEqual([]);
  });

  test('samples that can’t be sent before it has to stop, and counts them as failed', async () => {
    await using cloud = await backend('hang');
    await using writer = await startWriter({ url: cloud.url });
    writer.append(samples(4));
    await cloud.received(1);
    await writer.instance.stop(50);
    expect(await metric(writer, 'samples_failed_total')).toBe(4);
    expect(await writer.fixture.logged('Failed to flush all samples on shutdown')).toMatchObject({
      fields: { count: 4 },
    });
  });
});

test('an endpoint without a URL accepts all samples and sends none, with no error message', async () => {
  await using writer = await startWriter({ url: '' });
  writer.append(samples(3));
  await writer.instance.stop(100);
  expect(await metric(writer, 'samples_total', { url: '' })).toBe(0);
  expect(await writer.fixture.metric('prometheus_remote_write_wal_samples_appended_total')).toBe(3);
  expect(writer.fixture.lines).toEqual([]);
});

test('a password in the URL is never shown', async () => {
  await using writer = await startWriter({ url: `http://u:${TOKEN}@127.0.0.1:9/push` });
  writer.append(samples(1));
  const { fields } = await writer.fixture.logged('Failed to send batch, retrying');
  expect(fields.url).toBe('http://u:xxxxx@127.0.0.1:9/push');
});

test('the body of a real Alloy is decoded and encoded to the same bytes', () => {
  const capture = readFileSync(new URL('../../../../fixtures/captures/wire/remote-write.snappy', import.meta.url));
  const body = unsnappyBounded(capture);
  expect(Buffer.from(BitsWriteRequest.encode(BitsWriteRequest.decode(body))).equals(Buffer.from(body))).toBe(true);
});

test.each([
  ['sigv4', { sigv4: {} }],
  ['protobuf_message', { protobuf_message: 'io.prometheus.write.v2.Request' }],
  ['oauth2', { oauth2: { client_id: 'x', token_url: 'http://127.0.0.1:9' }, basic_auth: undefined }],
])('an endpoint with %s is refused with a reference to a real Alloy', async (name, endpoint) => {
  await expect(startWriter({ url: 'http://127.0.0.1:9', ...endpoint })).rejects.toThrow(
    new RegExp(`does not implement ${name}.* of prometheus.remote_write: run this with a real Grafana Alloy`),
  );
});

// Recorded from `alloy run` 1.18, except that passwords are hidden.
test.each([
  ['127.0.0.1:1', '"127.0.0.1:1": parse "127.0.0.1:1": first path segment in URL cannot contain colon'],
  ['http://h:port', '"http://h:port": parse "http://h:port": invalid port ":port" after host'],
  ['%zz#%zz', '"%zz#%zz": parse "%zz": invalid URL escape "%zz"'],
  [`http://u:${TOKEN}@h:x/`, '"http://u:xxxxx@h:x/": parse "http://u:xxxxx@h:x/": invalid port ":x" after host'],
])('the URL %j prevents the component from being built', async (url, message) => {
  await expect(startWriter({ url })).rejects.toThrow(new Error(`cannot parse remote_write url ${message}`));
});

test.each(['localhost:1', 'ftp://x', '/a', 'http://'])(
  'the URL %j, to which nothing can be sent, does not',
  async (url) => {
    await using writer = await startWriter({ url });
    expect(writer.fixture.health()).toEqual({ state: 'healthy', message: 'started component' });
  },
);
