/** The components of an Alloy with their details, on recorded answers of Alloy 1.18. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  findSetting,
  findTexts,
  listDestinations,
  parseComponent,
  readGraph,
  readList,
  readPairs,
  readText,
} from './alloy-graph.ts';
import { readCapture, startAnsweringServer } from './testing/answering-server.ts';

const captured = z
  .object({ 'GET /api/v0/web/components': z.array(z.unknown()), details: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readCapture('alloy-1.18/components-api.json')));

async function readRecorded() {
  await using alloy = await startAnsweringServer(({ path }) => {
    if (path === '/api/v0/web/components') return { body: JSON.stringify(captured['GET /api/v0/web/components']) };
    return { body: JSON.stringify(captured.details[path.split('/').at(-1) ?? '']) };
  });
  const components = await readGraph(alloy);
  return (wanted: string) => components.find(({ id }) => id === wanted);
}

test('each component has its health, what it feeds, its evaluated settings and its targets', async () => {
  const find = await readRecorded();
  expect(find('otelcol.processor.batch.services')).toMatchObject({
    name: 'otelcol.processor.batch',
    state: 'healthy',
    feeds: ['otelcol.exporter.otlphttp.grafana_cloud'],
    targets: [],
  });
  expect(readText(find('otelcol.exporter.otlphttp.grafana_cloud')?.settings, 'client', 'endpoint')).toBe(
    'http://127.0.0.1:9/otlp',
  );
  expect(readList(find('otelcol.receiver.otlp.services')?.settings, 'output', 'traces')).toHaveLength(1);
  expect(find('prometheus.scrape.rabbitmq')?.targets).toEqual([
    {
      url: 'http://127.0.0.1:9/metrics',
      labels: { job: 'integrations/rabbitmq', instance: 'rabbitmq' },
      error: 'Get "http://127.0.0.1:9/metrics": dial tcp 127.0.0.1:9: connect: connection refused',
      isScraped: true,
      scrapedAt: expect.any(Number),
    },
  ]);
});

test('a secret is no text', async () => {
  const auth = (await readRecorded())('otelcol.auth.basic.grafana_cloud')?.settings;
  expect(readText(auth, 'username')).toBe('1461503');
  expect(readText(auth, 'password')).toBeUndefined();
  expect(findSetting(auth, 'password')?.value).toMatchObject({ type: 'capsule', value: '(secret)' });
});

test('texts are found at any depth, and secrets are none', async () => {
  const find = await readRecorded();
  expect(findTexts(find('otelcol.auth.basic.grafana_cloud')?.settings, 'username', 'password')).toEqual(['1461503']);
  expect(findTexts(find('prometheus.remote_write.grafana_cloud')?.settings, 'username')).toEqual(['2847239']);
  expect(findTexts(find('prometheus.scrape.redis')?.settings, 'username')).toEqual([]);
  expect(findTexts(undefined, 'username')).toEqual([]);
});

test('the addresses to which a component sends are without logins, and HOST:PORT is one of them', async () => {
  const find = await readRecorded();
  const list = (id: string) => listDestinations(find(id) ?? {});
  expect(list('otelcol.exporter.otlphttp.grafana_cloud')).toEqual(['http://127.0.0.1:9/otlp']);
  expect(list('prometheus.remote_write.grafana_cloud')).toEqual(['http://127.0.0.1:9/api/prom/push']);
  expect(list('prometheus.scrape.redis')).toEqual([]);
  const setting = (name: string, value: string) => ({ name, value: { type: 'string', value } });
  const settings = [
    { name: 'endpoint', body: [setting('url', 'https://1:glc_secret@h/push/?token=secret')] },
    { name: 'client', body: [setting('endpoint', 'tempo:4317')] },
    setting('endpoint', ''),
  ];
  expect(listDestinations({ settings })).toEqual(['https://h/push', 'http://tempo:4317']);
});

test('what Alloy does not report is undefined, and what is not a text is left out', async () => {
  const described = { localID: 'a.b', name: 'a', health: { state: 'healthy' }, arguments: 'none', debugInfo: 5 };
  await using alloy = await startAnsweringServer(({ path }) => ({
    body: JSON.stringify(path.endsWith('components') ? [described] : described),
  }));
  expect(await readGraph(alloy)).toEqual([
    { id: 'a.b', name: 'a', state: 'healthy', message: '', feeds: [], targets: [] },
  ]);
  expect(readPairs({ type: 'object', value: [{ key: 'a', value: { value: 5 } }] })).toEqual({});
  expect(readList([{ name: 'x', value: { type: 'string', value: 'y' } }], 'x')).toBeUndefined();
});

test('what is not a target is left out, and a target may have no labels and no scrape yet', () => {
  const url = { name: 'url', value: { type: 'string', value: 'http://h/metrics' } };
  const debugInfo = [{ name: 'shard', body: [url] }, { name: 'target', body: [url] }, { name: 'target' }];
  const described = {
    localID: 'prometheus.scrape.x',
    name: 'prometheus.scrape',
    health: { state: 'healthy' },
    debugInfo,
  };
  expect(parseComponent(described).targets).toEqual([
    { url: 'http://h/metrics', labels: {}, error: '', isScraped: false },
    { url: '', labels: {}, error: '', isScraped: false },
  ]);
});
