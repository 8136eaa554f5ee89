import { expect, test } from 'vitest';
import { readSettings } from '../../settings/settings.ts';
import type { PartContext } from '../owned/part.ts';
import { planCommon, requestStack } from '../testing/plans.ts';
import { containerParts } from './container-parts.ts';
import { planContainer } from './plan-container.ts';

const passwords = { postgres: '', redis: '', rabbitmq: '' };
const image = { wanted: 'node:24', image: 'node:24', id: '1', carries: 'alloy' } as const;

/** The plan for an engine elsewhere of what stands for Grafana Cloud there. */
async function planCloud(others: Parameters<typeof planContainer>[1]['others']) {
  const request = requestStack({ ...planCommon(['mock-cloud']), settings: readSettings({}) });
  const ports = { next: async () => 20_001, release: () => {} };
  return await planContainer('mock-cloud', {
    context: { request, ports, logPath: '/log' } as unknown as PartContext,
    others,
    location: { host: 'engine.example', bindAddress: '0.0.0.0', isLocal: false },
    passwords,
    images: new Map([['mock-cloud', { wanted: 'node:24', found: image }]]),
  });
}

test('where the engine is elsewhere, a mock cloud is a container', async () => {
  const { plan, program, compose } = await planCloud({});
  expect(plan).toMatchObject({
    title: 'the mock cloud',
    endpoints: { mockCloud: { url: 'http://engine.example:20001' } },
  });
  expect(program).toBe('helpers/mock-cloud/main.ts');
  expect(compose()).toMatchObject({ command: ['node', program, '--host', '0.0.0.0', '--port', '9009'] });
});

test('where the engine is elsewhere, a gateway is a container too, and finds grafana/otel-lgtm in their network', async () => {
  const { lgtm } = containerParts.lgtm.endpoints('engine.example', [1, 2, 3, 4, 5], passwords);
  if (lgtm === undefined) throw new Error('no endpoint of grafana/otel-lgtm');
  const { plan, program, compose } = await planCloud({ lgtm });
  expect(plan.title).toBe('the gateway to Tempo, Prometheus and Loki');
  expect(program).toBe('helpers/lgtm-gateway/main.ts');
  const { command, environment } = compose();
  expect(command).toEqual(['node', program, '0.0.0.0', '9009']);
  expect(JSON.parse(environment.LGTM_TARGETS ?? '')).toMatchObject({
    traces: { url: 'http://lgtm:4318' },
    prometheus: { url: 'http://lgtm:9090' },
    loki: { url: 'http://lgtm:3100' },
  });
});
