/** Where the flow stops, on the recorded pipeline of a real Alloy. */
import { describe, expect, test } from 'vitest';
import type { Setting } from '../clients/alloy-graph.ts';
import type { Flow } from './flow.ts';
import { followSignal } from './otlp-route.ts';
import { findOtlpStop } from './otlp-stop.ts';
import { findStop, isForGood, type Stop } from './stops.ts';
import { change, count, recordedFlow, text, texts, workingFlow } from './testing/recorded-flow.ts';

const RECEIVER = 'otelcol.receiver.otlp.services';
const BATCH = 'otelcol.processor.batch.services';
const EXPORTER = 'otelcol.exporter.otlphttp.grafana_cloud';
const WRITE = 'prometheus.remote_write.grafana_cloud';
const REDIS = { job: 'integrations/redis_exporter', instance: 'redis' };
const RABBITMQ = { job: 'integrations/rabbitmq', instance: 'rabbitmq' };
const find = (flow: Flow, id: string) => flow.components.find((component) => component.id === id);
const findScraped = (flow: Flow, labels: Record<string, string>) =>
  findStop(flow, { kind: 'scraped metric', expression: '', metric: 'redis_up', labels });
const output = (...signals: string[]) => ({
  name: 'output',
  body: signals.map((name) => ({ name, value: { type: 'array', value: [{ type: 'capsule', value: 'x' }] } })),
});

test('a signal is followed from the receiver to the exporter', () => {
  const { receivers, between, deadEnds, exporters } = followSignal(recordedFlow(), 'logs');
  const ids = (components: readonly { id: string }[]) => components.map(({ id }) => id);
  expect(ids(receivers)).toEqual([RECEIVER]);
  expect(ids(between)).toEqual([BATCH]);
  expect(ids(deadEnds)).toEqual([]);
  expect(ids(exporters)).toEqual([EXPORTER]);
});

describe('over OTLP', () => {
  const accepted = { [RECEIVER]: { otelcol_receiver_accepted_spans_total: 5 } };
  const sent = { [EXPORTER]: { otelcol_exporter_sent_spans_total: 5 } };

  test.each<[string, Flow, object]>([
    ['nothing receives', { ...workingFlow(), components: [] }, { at: 'no receiver' }],
    ['nothing was accepted', workingFlow(), { at: 'nothing accepted' }],
    [
      'a processor has no output for the signal',
      change(workingFlow(), BATCH, { settings: [output('metrics', 'logs')] }),
      { at: 'dead end', component: { id: BATCH } },
    ],
    [
      'the receiver has none',
      change(workingFlow(), RECEIVER, { settings: [output()] }),
      { at: 'dead end', component: { id: RECEIVER } },
    ],
    [
      'the receiver refuses',
      count(workingFlow(), { [RECEIVER]: { otelcol_receiver_refused_spans_total: 2 } }),
      { at: 'refused', count: 2 },
    ],
    [
      'the exporter drops',
      count(workingFlow(), { ...accepted, [EXPORTER]: { otelcol_exporter_send_failed_spans_total: 3 } }),
      { at: 'export failed', component: { id: EXPORTER }, failures: [{ type: '', count: 3 }], sent: 0 },
    ],
    [
      'the exporter waits',
      count(workingFlow(), { ...accepted, [EXPORTER]: { 'otelcol_exporter_queue_size{traces}': 1 } }),
      { at: 'export waits', queued: 1, sent: 0 },
    ],
    [
      'another signal waits',
      count(workingFlow(), { ...accepted, ...{ [EXPORTER]: { 'otelcol_exporter_queue_size{logs}': 1 } } }),
      { at: 'nothing exported' },
    ],
    ['it has left Alloy', count(workingFlow(), { ...accepted, ...sent }), { at: 'beyond Alloy', accepted: 5, sent: 5 }],
  ])('%s', (_, flow, stop) => {
    expect(findOtlpStop(flow, 'traces')).toMatchObject(stop);
  });

  test('what another signal loses stops none', () => {
    const flow = count(workingFlow(), {
      [RECEIVER]: { otelcol_receiver_accepted_log_records_total: 1 },
      [EXPORTER]: { otelcol_exporter_send_failed_spans_total: 3, otelcol_exporter_sent_log_records_total: 1 },
    });
    expect(findOtlpStop(flow, 'logs')).toMatchObject({ at: 'beyond Alloy' });
  });
});

describe('scraped', () => {
  test('a target out of reach has the error of its last scrape', () => {
    const target = { error: 'Get "http://127.0.0.1:9/metrics": dial tcp 127.0.0.1:9: connect: connection refused' };
    expect(findScraped(recordedFlow(), RABBITMQ)).toMatchObject({
      at: 'scrape failed',
      component: { id: 'prometheus.scrape.rabbitmq' },
      target,
    });
  });

  test('what remote write keeps waits there', () => {
    expect(findScraped(recordedFlow(), REDIS)).toMatchObject({ at: 'write waits', pending: 1099, sent: 0 });
  });

  const rule = {
    name: 'rule',
    body: [texts('source_labels', '__name__'), text('regex', 'redis_.*'), text('action', 'drop')],
  };
  const relabel = { id: 'prometheus.relabel.r', name: 'prometheus.relabel', state: 'healthy', message: '' };
  const relabelled = (settings: Flow['components'][number]['settings']): Flow => {
    const flow = change(workingFlow(), 'prometheus.scrape.redis', { feeds: [relabel.id] });
    return {
      ...flow,
      components: [...flow.components, { ...relabel, settings: settings ?? [], feeds: [WRITE], targets: [] }],
    };
  };

  test.each<[string, Flow, object]>([
    [
      'no scrape has the target',
      change(workingFlow(), 'prometheus.scrape.redis', { targets: [], settings: [] }),
      { at: 'no target' },
    ],
    [
      'it has not been scraped',
      change(workingFlow(), 'prometheus.scrape.redis', {
        targets: [{ url: '', labels: REDIS, error: '', isScraped: false }],
      }),
      { at: 'not scraped' },
    ],
    [
      'the scrape forwards to none',
      change(workingFlow(), 'prometheus.scrape.redis', { feeds: [] }),
      { at: 'dead end', component: { id: 'prometheus.scrape.redis' } },
    ],
    [
      'a rule drops the series',
      relabelled([rule]),
      { at: 'dropped', component: { id: relabel.id }, block: 'rule', rule: 0 },
    ],
    [
      'rules drop all',
      count(relabelled([]), { [relabel.id]: { alloy_prometheus_relabel_metrics_processed: 9 } }),
      { at: 'dropped', component: { id: relabel.id }, block: 'rule' },
    ],
    [
      'remote write drops the series',
      change(workingFlow(), WRITE, {
        settings: [{ name: 'endpoint', body: [{ ...rule, name: 'write_relabel_config' }] }],
      }),
      { at: 'dropped', component: { id: WRITE }, block: 'write_relabel_config', rule: 0 },
    ],
    [
      'remote write fails',
      count(workingFlow(), { [WRITE]: { prometheus_remote_storage_samples_failed_total: 4 } }),
      { at: 'write failed', failed: 4, sent: 0 },
    ],
    [
      'all that remote write has tried waits to be tried again',
      count(workingFlow(), {
        [WRITE]: {
          prometheus_remote_storage_samples_total: 9,
          prometheus_remote_storage_samples_pending: 9,
          prometheus_remote_storage_queue_highest_sent_timestamp_seconds: 0,
        },
      }),
      { at: 'write waits', sent: 0, isRetrying: false },
    ],
    ['nothing is written', workingFlow(), { at: 'nothing written', component: { id: WRITE } }],
    [
      'it has left Alloy',
      count(workingFlow(), { [WRITE]: { prometheus_remote_storage_samples_total: 4 } }),
      { at: 'beyond Alloy', sent: 4 },
    ],
  ])('%s', (_, flow, stop) => {
    expect(find(flow, 'prometheus.scrape.redis')).toBeDefined();
    expect(findScraped(flow, REDIS)).toMatchObject(stop);
  });
});

describe('whether nothing will ever pass', () => {
  const rule = (regex: string) => ({
    name: 'write_relabel_config',
    body: [texts('source_labels', '__name__'), text('regex', regex), text('action', 'drop')],
  });
  const POSTGRES_SCRAPE = 'prometheus.scrape.postgres';
  const naming = (label: string) => ({
    name: 'write_relabel_config',
    body: [text('target_label', label), text('replacement', 'x')],
  });
  const discovering = (flow: Flow): Flow => {
    const discovery = {
      id: 'discovery.dns.x',
      name: 'discovery.dns',
      state: 'healthy',
      message: '',
      feeds: [],
      targets: [],
    };
    return { ...flow, components: [...flow.components, discovery] };
  };
  const scraped = (flow: Flow) => [flow, findScraped(flow, REDIS)] as const;
  const traced = (flow: Flow) => [flow, findStop(flow, { kind: 'traces', query: '{}' })] as const;
  const withUrl = (...settings: Setting[]) =>
    change(workingFlow(), WRITE, { settings: [{ name: 'endpoint', body: settings }] });
  const overGrpc = (endpoint: string) =>
    change(count(workingFlow(), { [RECEIVER]: { otelcol_receiver_accepted_spans_total: 1 } }), EXPORTER, {
      name: 'otelcol.exporter.otlp',
      settings: [{ name: 'client', body: [text('endpoint', endpoint)] }],
    });
  const without = (id: string) => {
    const flow = workingFlow();
    return { ...flow, components: flow.components.filter((component) => component.id !== id) };
  };

  test.each<[boolean, string, readonly [Flow, Stop | undefined]]>([
    [true, 'nothing receives', traced(without(RECEIVER))],
    [true, 'a signal has no output', traced(change(workingFlow(), BATCH, { settings: [output()] }))],
    [true, 'an exporter speaks another protocol', traced(overGrpc('http://h/otlp'))],
    [true, 'a scrape forwards to none', scraped(change(workingFlow(), 'prometheus.scrape.redis', { feeds: [] }))],
    [true, 'no scrape has the target', scraped(without('prometheus.scrape.redis'))],
    [true, 'a rule drops the series', scraped(withUrl(text('url', 'http://h'), rule('redis_.*')))],
    [true, 'remote write has no URL', scraped(withUrl())],
    [false, 'nothing has been sent yet', traced(workingFlow())],
    [false, 'an exporter waits', traced(overGrpc('h:4317'))],
    [false, 'nothing has been written yet', scraped(withUrl(text('url', 'http://h')))],
    [
      false,
      'a scrape waits for the targets of a discovery',
      scraped(discovering(change(without('prometheus.scrape.redis'), POSTGRES_SCRAPE, { targets: [], settings: [] }))),
    ],
    [
      true,
      'a scrape has no targets, and none are discovered',
      scraped(change(without('prometheus.scrape.redis'), POSTGRES_SCRAPE, { targets: [], settings: [] })),
    ],
    [true, 'a rule gives the series another job', scraped(withUrl(text('url', 'http://h'), naming('job')))],
  ])('%s: %s', (expected, _, [flow, stop]) => {
    expect(stop !== undefined && isForGood(flow, stop)).toBe(expected);
  });
});

test('a question about several series is one about their job', () => {
  const about = (selector: string) => findStop(workingFlow(), { kind: 'series', selector });
  expect(about('{job="integrations/redis_exporter"}')).toMatchObject({
    labels: { job: 'integrations/redis_exporter' },
    route: { scrapes: [{ id: 'prometheus.scrape.redis' }] },
  });
  expect(about('{__name__=~"redis_.+",job!="integrations/redis_exporter"}')).toBeUndefined();
});

describe('a label that is asked for', () => {
  const dropping = change(workingFlow(), 'prometheus.relabel.rabbitmq', {
    settings: [{ name: 'rule', body: [text('action', 'labeldrop'), text('regex', 'queue')] }],
  });
  const metric = 'rabbitmq_queue_messages';
  const page = { url: 'u', series: ['a', 'b'].map((queue) => ({ __name__: metric, ...RABBITMQ, queue })) };
  const ask = (labels: Record<string, string>, expression = '') =>
    findStop(dropping, { kind: 'scraped metric', expression, metric, labels: { ...RABBITMQ, ...labels } }, page);

  test('is told with the rule that takes it away', () => {
    const found = {
      at: 'relabelled',
      label: 'queue',
      from: 'a',
      to: '',
      component: { id: 'prometheus.relabel.rabbitmq' },
    };
    expect(ask({ queue: 'a' })).toMatchObject(found);
    expect(ask({}, `${metric}{queue=~"a|c"}`)).toMatchObject(found);
  });

  test('is not told where nobody asks for it', () => {
    expect(ask({})?.at).not.toBe('relabelled');
  });
});
