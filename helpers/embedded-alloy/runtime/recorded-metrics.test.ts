import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Setting } from '../schema/settings.ts';
import { readRecording, recordedEnvironment, writeRecordedConfiguration } from '../testing/recorded-configuration.ts';
import type { Graph, GraphComponent } from './graph.ts';
import { loadGraph } from './load.ts';
import { createLog } from './logger.ts';
import { registerSelfMetrics } from './self-metrics.ts';

const ITEMS = ['spans', 'metric_points', 'log_records'];

/** The metrics that say how far telemetry gets, in both recordings or in one of them. */
const FLOW_METRICS = [
  'alloy_component_graph_connection',
  'prometheus_forwarded_samples_total',
  'alloy_prometheus_relabel_metrics_processed',
  'alloy_prometheus_relabel_metrics_written',
  'alloy_prometheus_relabel_cache_deletes',
  'alloy_prometheus_relabel_cache_hits',
  'alloy_prometheus_relabel_cache_misses',
  'alloy_prometheus_relabel_cache_size',
  'alloy_prometheus_relabel_cache_ttl_evictions',
  'prometheus_remote_storage_bytes_total',
  'prometheus_remote_storage_queue_highest_sent_timestamp_seconds',
  'prometheus_remote_storage_samples_dropped_total',
  'prometheus_remote_storage_samples_failed_total',
  'prometheus_remote_storage_samples_in_total',
  'prometheus_remote_storage_samples_pending',
  'prometheus_remote_storage_samples_retried_total',
  'prometheus_remote_storage_samples_total',
  'prometheus_remote_write_wal_samples_appended_total',
  'prometheus_scrape_targets_gauge',
  'prometheus_target_scrape_pool_exceeded_label_limits_total',
  'prometheus_target_scrape_pool_exceeded_target_limit_total',
  'prometheus_target_scrape_pool_target_limit',
  'prometheus_target_scrape_pool_targets',
  'prometheus_target_scrapes_exceeded_body_size_limit_total',
  'prometheus_target_scrapes_exceeded_sample_limit_total',
  'prometheus_target_scrapes_sample_duplicate_timestamp_total',
  'prometheus_target_scrapes_sample_out_of_bounds_total',
  'prometheus_target_sync_failed_total',
  'otelcol_exporter_queue_capacity',
  'otelcol_exporter_queue_size',
  'otelcol_processor_batch_metadata_cardinality',
  ...ITEMS.flatMap((items) => [
    ...['accepted', 'refused', 'failed'].map((outcome) => `otelcol_receiver_${outcome}_${items}_total`),
    ...['sent', 'send_failed', 'enqueue_failed'].map((outcome) => `otelcol_exporter_${outcome}_${items}_total`),
  ]),
];

type Series = { readonly id: string; readonly value: number };

/** Reads the series of {@link FLOW_METRICS}, by name and labels. The name of an endpoint is a hash of its own. */
function readSeries(page: string): Series[] {
  return page.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (!FLOW_METRICS.includes(name)) {
      return [];
    }
    const sorted = labels.split(/,(?=\w+=")/).sort();
    const shown = sorted.map((label) => label.replace(/^remote_name="\w+"$/, 'remote_name="(a hash)"'));
    return [{ id: `${name}{${shown.join()}}`, value: Number(value) }];
  });
}

const ids = (series: readonly Series[]): string[] => series.map(({ id }) => id).sort();
const values = (series: readonly Series[]): Record<string, number> =>
  Object.fromEntries(series.map(({ id, value }) => [id, value]));

const [shipped = '', cut = ''] = readRecording('self-metrics.txt').split(/^# An OTLP pipeline .*$/m);
const directory = mkdtempSync(join(tmpdir(), 'recorded-metrics-'));
const running: Graph[] = [];

async function start(path: string, environment: Readonly<Record<string, string>>, lines: string[] = []) {
  const registry = new Registry();
  const graph = await loadGraph(path, {
    environment,
    storagePath: directory,
    registry,
    log: createLog((line) => lines.push(line)),
    stability: 'generally-available',
    communityComponents: false,
  });
  registerSelfMetrics(registry, graph);
  running.push(graph);
  await graph.start();
  return { graph, series: async () => readSeries(await registry.metrics()) };
}

afterAll(async () => {
  await Promise.all(running.map((graph) => graph.stop(100)));
  rmSync(directory, { recursive: true, force: true });
});

describe('the shipped configuration, with nothing at the other ends', () => {
  const { details } = JSON.parse(readRecording('components-api.json')) as {
    readonly details: Readonly<Record<string, { readonly debugInfo: readonly Setting[] }>>;
  };
  let started: Awaited<ReturnType<typeof start>>;

  const find = (id: string) => started.graph.components.find(({ localID }) => localID === id);

  beforeAll(async () => {
    const ports = { ALLOY_OTLP_GRPC_LISTEN: '127.0.0.1:0', ALLOY_OTLP_HTTP_LISTEN: '127.0.0.1:0' };
    started = await start(writeRecordedConfiguration(directory), { ...recordedEnvironment, ...ports });
    const scrapes = started.graph.components.filter(({ name }) => name === 'prometheus.scrape');
    const isScraped = ({ debugInfo }: GraphComponent) => JSON.stringify(debugInfo()).includes('last_scrape_duration');
    await vi.waitUntil(() => scrapes.every(isScraped), { timeout: 10_000 });
  }, 20_000);

  test('has the series of the recording, with the same labels, and no others', async () => {
    expect(ids(readSeries(shipped)).length).toBeGreaterThan(70);
    expect(ids(await started.series())).toEqual(ids(readSeries(shipped)));
  });

  test('has a target that refuses connections with the debug info of the recording, but for the times', () => {
    const id = 'prometheus.scrape.rabbitmq';
    expect(withoutTimes(find(id)?.debugInfo())).toBe(withoutTimes(details[id]?.debugInfo));
  });

  // Whether their exporters are installed, and what they say of a database that is not there, differs.
  test.each(['postgres', 'redis'])('has the target of %s with the job, URL and labels of the recording', (name) => {
    const id = `prometheus.scrape.${name}`;
    expect(withoutOutcome(find(id)?.debugInfo())).toBe(withoutOutcome(details[id]?.debugInfo));
  });

  test('has no other debug info, as in the recording', () => {
    const others = started.graph.components.filter(({ name }) => name !== 'prometheus.scrape');
    for (const { localID, debugInfo } of others) {
      expect(debugInfo()).toEqual(details[localID]?.debugInfo);
    }
  });
});

test('a pipeline whose batch has no output for traces has the series of the recording, and their values', async () => {
  const path = join(directory, 'cut.alloy');
  writeFileSync(
    path,
    `otelcol.receiver.otlp "r" {
       http { endpoint = "127.0.0.1:0" }
       output {
         traces  = [otelcol.processor.batch.b.input]
         metrics = [otelcol.processor.batch.b.input]
       }
     }
     otelcol.processor.batch "b" {
       timeout = "50ms"
       output { metrics = [otelcol.exporter.otlphttp.e.input] }
     }
     otelcol.exporter.otlphttp "e" {
       client { endpoint = "http://127.0.0.1:9" }
     }`,
  );
  const lines: string[] = [];
  const { series } = await start(path, {}, lines);
  const address = /Starting HTTP server.* endpoint=(\S+)/.exec(lines.join('\n'))?.[1];
  const post = async (signal: string, body: string): Promise<[status: number, answer: string]> => {
    const url = `http://${address}/v1/${signal}`;
    const answer = await request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return [answer.statusCode, await answer.body.text()];
  };

  expect(await post('traces', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}')).toEqual([
    503,
    '{"code":14,"message":"telemetry type is not supported"}',
  ]);
  const metric = '{"name":"x","gauge":{"dataPoints":[{"asInt":"1"}]}}';
  expect(await post('metrics', `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${metric}]}]}]}`)).toEqual([
    200,
    '{"partialSuccess":{}}',
  ]);
  expect((await post('logs', '{}'))[0]).toBe(404);
  const otelcol = async () => values((await series()).filter(({ id }) => id.startsWith('otelcol_')));
  await expect.poll(otelcol).toEqual(values(readSeries(cut)));
});

function withoutTimes(debugInfo: readonly Setting[] | undefined): string {
  const shown = JSON.stringify(debugInfo);
  return shown.replace(
    /("name":"last_scrape(?:_duration)?","type":"attr","value":\{"type":"string","value":)"[^"]*"/g,
    '$1""',
  );
}

function withoutOutcome(debugInfo: readonly Setting[] | undefined): string {
  return JSON.stringify(debugInfo, (_, value: unknown) =>
    Array.isArray(value) ? value.filter(({ name }) => !/^(?:health|last_.*)$/.test(name)) : value,
  );
}
