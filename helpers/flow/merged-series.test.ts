import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Setting } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';
import { readSamples } from '../clients/text-format.ts';
import type { Component, Flow } from './flow.ts';
import { findMerged, type ScrapedSeries } from './merged-series.ts';
import { change, text, texts, workingFlow } from './testing/recorded-flow.ts';

const WRITE = 'prometheus.remote_write.grafana_cloud';
const RELABEL = 'prometheus.relabel.rabbitmq';
const find = (flow: Flow, id: string): Component => {
  const found = flow.components.find((component) => component.id === id);
  if (found === undefined) throw new TypeError(`there is no ${id}`);
  return found;
};
const relabelling = (...rules: readonly (readonly Setting[])[]) =>
  change(workingFlow(), RELABEL, { settings: rules.map((body) => ({ name: 'rule', body })) });
const target = { job: 'integrations/rabbitmq', instance: 'rabbitmq' };
const scrape = (flow: Flow, series: readonly Labels[], id = 'prometheus.scrape.rabbitmq'): ScrapedSeries[] =>
  series.map((labels) => ({ scrape: find(flow, id), target: id, labels: { ...labels, ...target } }));
const merge = (flow: Flow, series: readonly Labels[]) => findMerged(flow, find(flow, WRITE), scrape(flow, series));

const queues = ['a', 'b'].map((queue) => ({ __name__: 'rabbitmq_queue_messages', queue, vhost: '/' }));

describe('series that become one', () => {
  test('are told with the rule that drops the label which told them apart', () => {
    const flow = relabelling(
      [texts('source_labels', '__name__'), text('regex', 'erlang_.*'), text('action', 'drop')],
      [text('action', 'labeldrop'), text('regex', 'queue|vhost')],
    );
    expect(merge(flow, queues)).toMatchObject({
      by: 'rule',
      component: { id: RELABEL },
      rule: 1,
      labels: ['queue'],
      metric: 'rabbitmq_queue_messages',
    });
  });

  test.each<[string, readonly Setting[]]>([
    ['sets it to a fixed value', [text('target_label', 'queue'), text('replacement', 'all')]],
    ['keeps others', [text('action', 'labelkeep'), text('regex', '__name__|job|instance')]],
    [
      'writes it in lower case',
      [text('action', 'lowercase'), texts('source_labels', 'vhost'), text('target_label', 'queue')],
    ],
    ['gives two metrics one name', [text('target_label', '__name__'), text('replacement', 'x')]],
  ])('are told where a rule %s', (_, rule) => {
    const other = { ...queues[0], __name__: 'rabbitmq_queue_messages_ready' };
    expect(merge(relabelling(rule), [...queues, other])).toMatchObject({ by: 'rule', component: { id: RELABEL } });
  });

  test('may be two targets with the same labels', () => {
    const flow = workingFlow();
    const series = [{ __name__: 'up' }];
    const scraped = [...scrape(flow, series), ...scrape(flow, series, 'prometheus.scrape.redis')];
    expect(findMerged(flow, find(flow, WRITE), scraped)).toMatchObject({
      by: 'targets',
      scrapes: [{ id: 'prometheus.scrape.rabbitmq' }, { id: 'prometheus.scrape.redis' }],
      labels: target,
    });
  });
});

describe('series that stay apart', () => {
  test('are those of a real page behind the shipped rules', () => {
    const page = readFileSync(new URL('../../fixtures/captures/alloy-1.18/self-metrics.txt', import.meta.url), 'utf8');
    expect(
      merge(
        workingFlow(),
        readSamples(page).map(({ labels }) => labels),
      ),
    ).toBeUndefined();
  });

  test('are those that a rule takes out before', () => {
    const flow = relabelling(
      [texts('source_labels', '__name__'), text('regex', 'rabbitmq_queue_.*'), text('action', 'drop')],
      [text('action', 'labeldrop'), text('regex', 'queue')],
    );
    expect(merge(flow, queues)).toBeUndefined();
  });

  test('are those that do not reach this remote write', () => {
    const flow = change(relabelling([text('action', 'labeldrop'), text('regex', 'queue')]), RELABEL, { feeds: [] });
    expect(merge(flow, queues)).toBeUndefined();
  });
});
