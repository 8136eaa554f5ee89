import { Registry } from 'prom-client';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildPagePath, findPages } from '../pipeline/in-process-pages.ts';
import type { DatedHealth, GraphComponent } from './graph.ts';
import { type RunningServer, startServer } from './server.ts';

const updatedTime = new Date('2026-11-22T10:00:00.000Z');
let health: DatedHealth;
let registry: Registry;
let server: RunningServer;

const components: readonly GraphComponent[] = [
  {
    name: 'otelcol.receiver.otlp',
    label: 'services',
    localID: 'otelcol.receiver.otlp.services',
    arguments: [{ name: 'output', type: 'block', body: [] }],
    exports: [],
    referencesTo: ['otelcol.processor.batch.services'],
    referencedBy: [],
    dataFlowEdgesTo: ['otelcol.processor.batch.services'],
    health: () => health,
    debugInfo: () => [{ name: 'target', type: 'block', body: [] }],
  },
  {
    name: 'otelcol.processor.batch',
    label: 'services',
    localID: 'otelcol.processor.batch.services',
    arguments: [],
    exports: [],
    referencesTo: [],
    referencedBy: ['otelcol.receiver.otlp.services'],
    dataFlowEdgesTo: [],
    health: () => ({ state: 'healthy', message: 'started component', updatedTime }),
    debugInfo: () => [],
  },
];

beforeEach(async () => {
  health = { state: 'healthy', message: 'started component', updatedTime };
  registry = new Registry();
  const graph = { components, start: async () => {}, stop: async () => {} };
  server = await startServer({ listenAddress: '127.0.0.1:0', uiPathPrefix: '/', graph, registry });
});
afterEach(async () => {
  await server.stop();
});

const get = async (path: string): Promise<[status: number, body: string]> => {
  const response = await request(`http://${server.address}${path}`);
  return [response.statusCode, await response.body.text()];
};

describe('the HTTP API', () => {
  test('reports that it is ready', async () => {
    expect(await get('/-/ready')).toEqual([200, 'Alloy is ready.\n']);
  });

  test('reports that all components are healthy, or which are not', async () => {
    expect(await get('/-/healthy')).toEqual([200, 'All Alloy components are healthy.\n']);
    health = { state: 'unhealthy', message: 'listen tcp 127.0.0.1:4317: bind: address already in use', updatedTime };
    expect(await get('/-/healthy')).toEqual([500, 'unhealthy components: otelcol.receiver.otlp\n']);
    expect(await get('/-/ready')).toEqual([200, 'Alloy is ready.\n']);
  });

  test('lists the components with their health and edges', async () => {
    const [status, body] = await get('/api/v0/web/components');
    expect(status).toBe(200);
    expect(JSON.parse(body)[0]).toEqual({
      name: 'otelcol.receiver.otlp',
      type: 'block',
      localID: 'otelcol.receiver.otlp.services',
      moduleID: '',
      label: 'services',
      referencesTo: ['otelcol.processor.batch.services'],
      referencedBy: [],
      dataFlowEdgesTo: ['otelcol.processor.batch.services'],
      health: { state: 'healthy', message: 'started component', updatedTime: updatedTime.toISOString() },
      original: '',
      arguments: [],
      exports: [],
      debugInfo: [],
      liveDebuggingEnabled: false,
    });
    const [, one] = await get('/api/v0/web/components/otelcol.processor.batch.services');
    expect(JSON.parse(one).localID).toBe('otelcol.processor.batch.services');
    const [, receiver] = await get('/api/v0/web/components/otelcol.receiver.otlp.services');
    expect(JSON.parse(receiver).arguments).toEqual([{ name: 'output', type: 'block', body: [] }]);
    expect(JSON.parse(receiver).debugInfo).toEqual([{ name: 'target', type: 'block', body: [] }]);
    expect((await get('/api/v0/web/components/none'))[0]).toBe(404);
  });

  test('serves its own metrics, whose version says that it is not Grafana Alloy', async () => {
    health = { ...health, state: 'unhealthy' };
    const [, body] = await get('/metrics');
    expect(body).toMatch(/^alloy_build_info\{.*version="[^"]*embedded Alloy, not Grafana Alloy[^"]*"\} 1$/m);
    expect(body).toContain(
      'alloy_component_graph_connection{controller_path="/",controller_id="",from="otelcol.receiver.otlp.services",to="otelcol.processor.batch.services"} 1',
    );
    expect(body).toMatch(/^alloy_component_controller_running_components\{.*health_type="unhealthy"\} 1$/m);
    expect(body).toMatch(/^alloy_component_controller_running_components\{.*health_type="healthy"\} 1$/m);
    expect(Number(/^alloy_resources_process_resident_memory_bytes (\d+)$/m.exec(body)?.[1])).toBeGreaterThan(1e6);
    expect(Number(/^process_cpu_seconds_total ([\d.e-]+)$/m.exec(body)?.[1])).toBeGreaterThan(0);
  });

  test('serves the pages of components', async () => {
    const page = { status: 200, contentType: 'text/plain', body: Buffer.from('pg_up 1\n') };
    findPages(registry).set(buildPagePath('prometheus.exporter.postgres.x'), async () => page);
    expect(await get('/api/v0/component/prometheus.exporter.postgres.x/metrics')).toEqual([200, 'pg_up 1\n']);
  });

  test.each(['/targets', '/', '/api/v0/component/none/metrics'])('answers %s with 404', async (path) => {
    expect(await get(path)).toEqual([404, '404 page not found\n']);
  });

  test('refuses to reload', async () => {
    const [status, body] = await get('/-/reload');
    expect([status, body]).toEqual([501, expect.stringContaining('does not reload')]);
  });

  test('does not start at an address in use', async () => {
    const graph = { components: [], start: async () => {}, stop: async () => {} };
    const second = startServer({ listenAddress: server.address, uiPathPrefix: '/', graph, registry: new Registry() });
    await expect(second).rejects.toThrow(`listen tcp ${server.address}: bind: address already in use`);
  });
});
