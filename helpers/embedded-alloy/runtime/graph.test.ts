import { expect, test } from 'vitest';
import { buildGraph, type CreatedComponent, createHealthRecord, type Edge } from './graph.ts';
import { createLog } from './logger.ts';

type Events = string[];

function component(id: string, references: string[], edges: Edge[], events: Events): CreatedComponent {
  return {
    name: id.split('.').slice(0, -1).join('.'),
    arguments: [],
    exports: [],
    label: id.split('.').at(-1) ?? '',
    localID: id,
    references,
    edges,
    health: createHealthRecord(),
    instance: {
      exports: {},
      start: async () => {
        events.push(`start ${id}`);
      },
      stop: async () => {
        events.push(`stop ${id}`);
      },
    },
  };
}

const quiet = createLog(() => undefined);

test('components start after those they refer to, and stop before them', async () => {
  const events: Events = [];
  const graph = buildGraph(
    [
      component('otlphttp.e', [], [], events),
      component('batch.b', ['otlphttp.e'], [], events),
      component('otlp.r', ['batch.b'], [], events),
    ],
    quiet,
  );
  await graph.start();
  await graph.stop(1000);
  expect(events).toEqual([
    'start otlphttp.e',
    'start batch.b',
    'start otlp.r',
    'stop otlp.r',
    'stop batch.b',
    'stop otlphttp.e',
  ]);
});

test('a component has all edges that lead from it, whichever component refers to the other', () => {
  const scrape = [
    { from: 'exporter.e', to: 'scrape.s' },
    { from: 'scrape.s', to: 'remote_write.w' },
    { from: 'scrape.s', to: 'remote_write.w' },
  ];
  const graph = buildGraph(
    [
      component('exporter.e', [], [], []),
      component('remote_write.w', [], [], []),
      component('scrape.s', ['exporter.e', 'remote_write.w'], scrape, []),
    ],
    quiet,
  );
  expect(graph.components.map(({ localID, dataFlowEdgesTo }) => [localID, dataFlowEdgesTo])).toEqual([
    ['exporter.e', ['scrape.s']],
    ['remote_write.w', []],
    ['scrape.s', ['remote_write.w', 'remote_write.w']],
  ]);
  expect(graph.components[0]?.referencedBy).toEqual(['scrape.s']);
});

test('a component that can’t start has exited with the reason, and the others run', async () => {
  const events: Events = [];
  const broken = component('a.b', [], [], events);
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  log.configure({ level: 'info', format: 'logfmt' });
  const failing = { ...broken, instance: { ...broken.instance, start: () => Promise.reject(new Error('no port')) } };
  const graph = buildGraph([failing, component('c.d', [], [], events)], log);
  await graph.start();
  expect(graph.components[0]?.health()).toMatchObject({
    state: 'exited',
    message: 'component shut down with error: no port',
  });
  expect(events).toEqual(['start c.d']);
  expect(lines.join()).toContain('node=a.b err="no port"');
});
