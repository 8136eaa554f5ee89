/** What services of a run say of themselves, as their logs have it, and what is made of that. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import type { Condition, Observation, Subject } from '../findings/evidence.ts';
import { describeFinding } from '../findings/finding-sentences.ts';
import { sampleObservation } from '../findings/testing/samples.ts';
import type { TraceId } from '../otlp/ids.ts';
import type { Part, ServicePart } from '../run/part.ts';
import type { Run } from '../run/run.ts';
import { diagnose } from './diagnose.ts';
import { askEndpoint } from './otlp-endpoint.ts';
import { parseServiceLog, readServiceLog } from './service-log.ts';
import { findServiceStandstill } from './service-standstill.ts';
import { describeService, listAskedServices, readServices } from './service-state.ts';

/** What the API printed when it was started with these variables. */
function printStart(environment: Readonly<Record<string, string>>): string {
  const opening = {
    level: 'info',
    time: '2026-11-27T00:45:31.235Z',
    service: 'api-service',
    pid: 26478,
    environment: { OTEL_SERVICE_NAME: 'api-service', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://ALLOY', ...environment },
    msg: 'starting with OTEL_SERVICE_NAME=api-service',
  };
  const listening = { level: 'info', time: '2026-11-27T00:45:32.235Z', service: 'api-service', msg: 'listens' };
  return `${JSON.stringify(opening)}\n${JSON.stringify(listening)}\n`;
}

/** A run on this machine whose Alloy answers and takes exports, and whose API has this log. */
async function withLog<T>(
  log: string | ((alloy: string) => string),
  body: (run: Run) => Promise<T>,
  part: ServicePart = 'api',
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'service-log-'));
  await using server = await startAnsweringServer(({ path }) => {
    if (path === '/metrics') return { body: 'x 1\n' };
    return path.startsWith('/v1/') ? { body: '{"partialSuccess":{}}' } : undefined;
  });
  try {
    const file = join(directory, `${part}.log`);
    const text = typeof log === 'string' ? log : log(server.url);
    await writeFile(file, text.replaceAll('http://ALLOY', server.url));
    return await body(sampleRun({ origin: server.url, serviceLogs: { [part]: file } }));
  } finally {
    await rm(directory, { recursive: true });
  }
}

function observe(subject: Subject, condition: Condition = { kind: 'any', of: 'trace' }): Observation {
  return sampleObservation({ path: 'otlp', subject, condition, seen: { kind: 'nothing' } });
}

async function explain(run: Run, evidence: Observation, needs: readonly Part[] = ['api']) {
  const { finding } = await diagnose(run, { evidence, needs, takenAway: [] });
  return finding && describeFinding(finding);
}

const search = observe({ kind: 'traces', query: '{span.user_agent.original="alloy-verify/1"}' });
const DATABASE_QUERY = { kind: 'client', attributes: { 'db.system.name|db.system': 'postgresql' } };

test('e21: the port to which the API exports is named, with its variable and where the receiver is', async () => {
  await using closed = await startAnsweringServer(() => undefined);
  const { url } = closed;
  await closed[Symbol.asyncDispose]();
  await withLog(printStart({ OTEL_EXPORTER_OTLP_ENDPOINT: url }), async (run) => {
    expect(await explain(run, search)).toEqual({
      cause: `the API service exports its traces to ${url}/v1/traces, where nothing listens (connection refused): OTEL_EXPORTER_OTLP_ENDPOINT=${url}`,
      fix: `Set OTEL_EXPORTER_OTLP_ENDPOINT of the API service to ${run.alloy.otlpHttp}: the exporters add /v1/traces, /v1/metrics and /v1/logs themselves`,
    });
  });
});

test('an export to another receiver is told from one to the same receiver by another name', async () => {
  await using other = await startAnsweringServer(() => ({ body: '{}' }));
  const look = (endpoint: (alloy: string) => string) =>
    withLog(
      (alloy) => printStart({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(alloy) }),
      async (run) => (await readServices(run, ['api'], { health: false }))[0]?.exports.traces?.answer,
    );
  expect(await look(() => other.url)).toBe('another receiver');
  expect(await look(() => 'http://alloy.invalid:4318')).toBe('another receiver');
  expect(await look((alloy) => alloy.replace('127.0.0.1', 'localhost'))).toBeUndefined();
});

test('e25: the instrumentation that is off is named where its span is missing, and not where another one is', async () => {
  await withLog(printStart({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' }), async (run) => {
    const ask = (children: object[]) => {
      const shape = JSON.stringify({ service: 'api-service', kind: 'server', children });
      return explain(run, observe({ kind: 'trace', traceId: 'ab' as TraceId }, { kind: 'span', shape }));
    };
    expect(await ask([DATABASE_QUERY])).toEqual({
      cause: 'the instrumentation of pg is off in the API service: OTEL_NODE_DISABLED_INSTRUMENTATIONS=pg',
      fix: 'Remove pg from OTEL_NODE_DISABLED_INSTRUMENTATIONS of the API service',
    });
    expect(await ask([{ attributes: { 'db.system.name|db.system': 'redis' } }])).toBeUndefined();
  });
});

test('what one service says explains nothing of another', async () => {
  await withLog(
    printStart({ OTEL_TRACES_EXPORTER: 'none' }),
    async (run) => {
      const asked = observe({ kind: 'traces', query: '{name="x"}', services: ['notification-daemon'] });
      expect(await explain(run, asked, ['bot', 'notification-daemon'])).toBeUndefined();
      const ofBot = observe({ kind: 'traces', query: '{name="x"}', services: ['bot-service'] });
      expect((await explain(run, ofBot, ['bot', 'notification-daemon']))?.cause).toMatch(/^the bot service exports no/);
    },
    'bot',
  );
});

test('only what a service has said since its last start counts, without secrets', async () => {
  const before = `${printStart({ OTEL_SDK_DISABLED: 'true' })}${JSON.stringify({ level: 'fatal', msg: "can't start" })}\n`;
  const log = `${before}${printStart({})}${JSON.stringify({ level: 50, msg: 'amqp://me:password@h' })}\nnoise\n{"a":\n`;
  await withLog(log, async (run) => {
    const lines = await readServiceLog(run, 'api');
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ['info', 'starting with OTEL_SERVICE_NAME=api-service'],
      ['info', 'listens'],
      ['error', 'amqp://(secret)@h'],
    ]);
    expect(describeService('api', lines)).toMatchObject({ environment: { OTEL_SERVICE_NAME: 'api-service' } });
    expect(describeService('api', lines).lastWords).toBeUndefined();
    expect(await readServiceLog(run, 'bot')).toEqual([]);
  });
});

test('of a long log the start and the end are read', () => {
  const many = Array.from({ length: 5000 }, (_, n) => `{"level":"info","msg":"${n}"}`).join('\n');
  const lines = parseServiceLog(`${printStart({})}${many}`);
  expect(lines.length).toBeLessThan(1200);
  expect([lines[0]?.environment?.OTEL_SERVICE_NAME, lines.at(-1)?.msg]).toEqual(['api-service', '4999']);
});

test('an error that Node prints is the last that a service has said', () => {
  const log =
    "node:internal/modules/esm/resolve:1\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find package 'pg'\n    at x\n";
  expect(describeService('api', parseServiceLog(log)).lastWords).toMatch(/Cannot find package 'pg'$/);
});

test('waiting ends where a service says that nothing will come, and nowhere else', async () => {
  const look = (environment: Readonly<Record<string, string>>, subject: Subject, condition?: Condition) =>
    withLog(printStart(environment), (run) => findServiceStandstill(run, subject, condition));
  const traces = { kind: 'traces', query: '{name="x"}', services: ['api-service'] } as const;
  const metric = { kind: 'OTLP metric', metric: 'm', service: 'api-service' } as const;
  const shape = JSON.stringify({ kind: 'server', children: [DATABASE_QUERY] });
  const pgOff = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' };
  const fast = { OTEL_METRIC_EXPORT_INTERVAL: '500' };
  const trace = { kind: 'trace', traceId: 'ab' as TraceId, services: ['api-service'] } as const;

  expect(await look({ OTEL_TRACES_EXPORTER: 'none' }, traces)).toMatchObject({ kind: 'for good' });
  expect(await look({ OTEL_TRACES_EXPORTER: 'none', ...fast }, metric)).toBeUndefined();
  expect(await look({ OTEL_METRIC_EXPORT_INTERVAL: '600000' }, metric)).toMatchObject({ kind: 'for good' });
  expect(await look(pgOff, trace, { kind: 'span', shape })).toMatchObject({ kind: 'for good' });
  expect(await look(pgOff, trace)).toBeUndefined();
  const share = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };
  expect(await look(share, traces)).toMatchObject({ kind: 'now' });
  expect(await look({ OTEL_SDK_DISABLED: 'true' }, { ...traces, services: ['bot-service'] })).toBeUndefined();
});

test('a question asks about the services that it names, else about those of its phase', () => {
  const needs = ['rabbitmq', 'bot', 'notification-daemon'] as const;
  const ask = (subject: Subject, condition?: Condition) => listAskedServices(observe(subject, condition), needs);
  expect(ask({ kind: 'traces', query: '{}' })).toEqual(['bot', 'notification-daemon']);
  expect(ask({ kind: 'traces', query: '{}', services: ['bot-service'] })).toEqual(['bot']);
  expect(ask({ kind: 'logs', query: '{service_name="notification-daemon"} | trace_id="1"' })).toEqual([
    'notification-daemon',
  ]);
  expect(ask({ kind: 'logs', query: '{service_name="alloy-verify"}' })).toEqual([]);
  expect(ask({ kind: 'OTLP metric', metric: 'm', service: 'bot-service' })).toEqual(['bot']);
  expect(ask({ kind: 'metric of Alloy', metric: 'm', labels: {} })).toEqual([]);
  const shape = JSON.stringify({ service: 'bot-service', children: [{ kind: 'consumer' }] });
  expect(ask({ kind: 'trace', traceId: '1' as TraceId }, { kind: 'span', shape })).toEqual(['bot']);
  expect(listAskedServices({ kind: 'error', message: 'x' }, needs, ['bot'])).toEqual(['notification-daemon']);
});

test('without a log, what a health check says of the parts is known', async () => {
  const parts = {
    loop: 'it is waiting for RabbitMQ',
    redis: 'WRONGPASS invalid username-password pair',
    postgres: 'ok',
  };
  await using server = await startAnsweringServer(({ path }) =>
    path === '/health' ? { status: 503, body: JSON.stringify({ status: 'unhealthy', parts }) } : undefined,
  );
  const run = sampleRun({ stack: 'external', api: { url: server.url } });
  const evidence = { kind: 'error', message: 'expected 503 to be 200' } as const;
  expect((await diagnose(run, { evidence, needs: ['api'], takenAway: [] })).finding).toEqual({
    kind: 'service lacks a part',
    service: 'api',
    of: 'Redis',
    reason: parts.redis,
  });
});

test('an outage that a service has logged is over where its health check says so', async () => {
  const outage = JSON.stringify({ level: 'error', msg: 'x', outage: { of: 'PostgreSQL', reason: 'gone' } });
  const look = (postgres: string) =>
    withLog(`${printStart({})}${outage}\n`, async (run) => {
      await using server = await startAnsweringServer(() => ({ body: JSON.stringify({ parts: { postgres } }) }));
      const [api] = await readServices({ ...run, api: { url: server.url } }, ['api']);
      return api?.outages;
    });
  expect(await look('ok')).toEqual([]);
  expect(await look('gone')).toEqual([{ of: 'PostgreSQL', reason: 'gone' }]);
});

test('what is wrong with an endpoint is found by an empty export to it', async () => {
  await using server = await startAnsweringServer(({ path }) => (path === '/v1/traces' ? { body: '{}' } : undefined));
  await using broken = await startAnsweringServer(() => 'reset');
  await using silent = await startAnsweringServer(() => 'never');
  expect(await askEndpoint(`${server.url}/v1/traces`)).toBeUndefined();
  expect(await askEndpoint(`${server.url}/v1/traces/v1/traces`)).toBe(404);
  expect(await askEndpoint(`${server.url.replace('http:', 'https:')}/v1/traces`)).toBe('no TLS');
  expect(await askEndpoint(`${broken.url}/v1/traces`)).toBe('another protocol');
  expect(await askEndpoint(`${server.url.replace('http://', '')}/v1/traces`)).toBe('no URL');
  // What accepts a connection and is silent may be busy: it is not told to speak another protocol.
  expect(await askEndpoint(`${silent.url}/v1/traces`)).toBeUndefined();
  expect(await askEndpoint('http://alloy.invalid:4318/v1/traces')).toBeUndefined();
  await server[Symbol.asyncDispose]();
  expect(await askEndpoint(`${server.url}/v1/traces`)).toBe('refused');
});
