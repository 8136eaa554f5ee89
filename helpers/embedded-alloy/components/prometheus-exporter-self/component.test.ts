import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { findPages } from '../../pipeline/in-process-pages.ts';
import { getCounter } from '../../pipeline/instruments.ts';
import { createFixture } from '../../testing/component-fixture.ts';
import { createSelf } from './component.ts';

const path = '/api/v0/component/prometheus.exporter.self.me/metrics';

test('the target has the same labels as in Alloy', () => {
  const fixture = createFixture('prometheus.exporter.self.me');
  expect(createSelf({}, fixture).exports.targets).toEqual([
    {
      __address__: 'alloy.internal:12345',
      __scheme__: 'http',
      __metrics_path__: path,
      __meta_component_name: 'prometheus.exporter.self',
      __meta_component_id: 'prometheus.exporter.self.me',
      job: 'integrations/self',
      instance: hostname(),
    },
  ]);
});

test('its page has the current metrics of the embedded Alloy at each scrape, until it stops', async () => {
  const registry = new Registry();
  const fixture = createFixture('prometheus.exporter.self.me', registry);
  const instance = createSelf({}, fixture);
  await instance.start();
  expect(fixture.health()).toEqual({ state: 'healthy', message: 'started component' });
  const beats = getCounter(registry, 'beats_total', 'Beats.', []);
  const page = async () => findPages(registry).get(path)?.(AbortSignal.timeout(1_000));
  beats.inc();
  expect(String((await page())?.body)).toContain('beats_total 1\n');
  beats.inc();
  expect(await page()).toMatchObject({ status: 200, contentType: registry.contentType });
  expect(String((await page())?.body)).toContain('beats_total 2\n');
  await instance.stop(1_000);
  expect(await page()).toBeUndefined();
});
