import { expect, test } from 'vitest';
import { regex } from '../../schema/blocks/relabel-rule.ts';
import type { MetricsConsumer, ScrapedSample, SeriesLabels } from '../../schema/capsules.ts';
import { buildArguments, createFixture, type PartialArguments } from '../../testing/component-fixture.ts';
import { type PrometheusRelabelArgs, prometheusRelabelBlock } from './block.ts';
import { createPrometheusRelabel } from './relabel.ts';

const a: SeriesLabels = [['__name__', 'a']];
const b: SeriesLabels = [['__name__', 'b']];
const sample = (labels: SeriesLabels, more: Partial<ScrapedSample> = {}): ScrapedSample => ({
  labels,
  value: 1,
  timestamp: 0,
  ...more,
});

/** A relabelling that drops `b`, and what it has forwarded. */
function createRelabel(written: PartialArguments<PrometheusRelabelArgs> = {}) {
  const fixture = createFixture('prometheus.relabel.r');
  const forwarded: ScrapedSample[] = [];
  const consumer: MetricsConsumer = (samples) => forwarded.push(...samples);
  const args = buildArguments(prometheusRelabelBlock, {
    forward_to: [{ capsule: 'metrics', name: 'prometheus.remote_write.w.receiver', consumer }],
    rule: [{ source_labels: ['__name__'], regex: regex('b'), action: 'drop' }],
    ...written,
  });
  const { receiver } = createPrometheusRelabel(args, fixture).exports as { receiver: { consumer: MetricsConsumer } };
  const count = (name: string) => fixture.metric(`alloy_prometheus_relabel_${name}`);
  return {
    forwarded,
    take: receiver.consumer,
    forwardedTotal: () => fixture.metric('prometheus_forwarded_samples_total'),
    written: async () => [await count('metrics_processed'), await count('metrics_written')],
    /** Hits, misses, deletes, size and evictions. */
    cache: () =>
      Promise.all(['hits', 'misses', 'deletes', 'size', 'ttl_evictions'].map((name) => count(`cache_${name}`))),
  };
}

test('counts what comes in and what the rules leave, from zero', async () => {
  const relabel = createRelabel();
  expect([await relabel.written(), await relabel.forwardedTotal()]).toEqual([[0, 0], 0]);
  relabel.take([sample(a), sample(b)]);
  expect([await relabel.written(), await relabel.forwardedTotal()]).toEqual([[2, 1], 1]);
  expect(relabel.forwarded).toEqual([sample(a)]);
});

test('passes on that a sample was rolled back, and counts it', async () => {
  const relabel = createRelabel();
  relabel.take([sample(a, { rolledBack: true })]);
  expect(relabel.forwarded).toEqual([sample(a, { rolledBack: true })]);
  expect(await relabel.written()).toEqual([1, 1]);
});

test('a series is in the cache until its stale marker', async () => {
  const relabel = createRelabel();
  expect(await relabel.cache()).toEqual([0, 0, 0, 0, 0]);
  relabel.take([sample(a), sample(b)]);
  relabel.take([sample(a), sample(b)]);
  expect(await relabel.cache()).toEqual([2, 2, 0, 2, 0]);
  relabel.take([sample(a, { stale: true })]);
  expect(await relabel.cache()).toEqual([3, 2, 1, 1, 0]);
});

test('the cache holds no more than max_cache_size, and leaves out the series that was used least recently', async () => {
  const relabel = createRelabel({ max_cache_size: 2 });
  relabel.take([sample(a), sample(b), sample(a), sample([['__name__', 'c']])]);
  expect(await relabel.cache()).toEqual([1, 3, 0, 2, 0]);
  relabel.take([sample(a)]);
  expect(await relabel.cache()).toEqual([2, 3, 0, 2, 0]);
});

test('the cache forgets a series that was not used within cache_ttl', async () => {
  const relabel = createRelabel({ max_cache_size: 0, cache_ttl: 1 });
  relabel.take([sample(a)]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  relabel.take([sample(b)]);
  expect(await relabel.cache()).toEqual([0, 2, 0, 1, 1]);
});
