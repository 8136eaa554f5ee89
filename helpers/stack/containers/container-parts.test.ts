import { expect, test } from 'vitest';
import { startAnsweringServer } from '../../clients/testing/answering-server.ts';
import { containerParts } from './container-parts.ts';

const passwords = { postgres: '', redis: '', rabbitmq: '' };
const READY = ['/ready', '/-/ready', '/v1/traces'];

test('grafana/otel-lgtm is ready when Tempo, Prometheus and Loki are, and its collector accepts traces', async () => {
  let answered = READY;
  await using server = await startAnsweringServer(({ path }) => (answered.includes(path) ? {} : undefined));
  const { hostname, port } = new URL(server.url);
  const { endpoints, check } = containerParts.lgtm;
  const { probe } = check(endpoints(hostname, Array(5).fill(Number(port)), passwords));
  await probe();
  for (const missing of READY) {
    answered = READY.filter((answer) => answer !== missing);
    await expect(probe(), missing).rejects.toThrow(`${server.url}${missing} answers 404`);
  }
});

test('grafana/otel-lgtm is asked at its own ports, and traces go to its collector, because its Tempo is not to be reached', () => {
  const { lgtm } = containerParts.lgtm.endpoints('127.0.0.1', [1, 2, 3, 4, 5], passwords);
  expect(containerParts.lgtm.ports).toEqual(
    ['TEMPO', 'PROMETHEUS', 'LOKI', 'OTLP_HTTP', 'GRAFANA'].map((name) => `LGTM_${name}_PORT`),
  );
  expect(lgtm).toMatchObject({
    tempo: { url: 'http://127.0.0.1:1' },
    prometheus: { url: 'http://127.0.0.1:2' },
    loki: { url: 'http://127.0.0.1:3' },
    traces: 'http://127.0.0.1:4',
    grafana: { url: 'http://127.0.0.1:5' },
  });
});
