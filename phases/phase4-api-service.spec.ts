import { call, callInTraces, callUntraced, holdRequests, requireStatus } from '../helpers/emit/http.ts';
import { inTurn } from '../helpers/emit/in-turn.ts';
import { createGame, createGuild, listKeptEvents } from '../helpers/emit/service-data.ts';
import { observe, phase, test } from '../helpers/expect/criterion.ts';
import { DELIVERED, isDelivered, readLossBefore, serviceDelivery } from '../helpers/expect/delivery.ts';
import { run } from '../helpers/expect/run.ts';
import { nextExport, presentValue } from '../helpers/expect/scrape.ts';
import { serviceInstance } from '../helpers/expect/services.ts';
import { readConventions } from '../helpers/expect/spans.ts';
import { logql, lowestServiceMetric, serviceMetric, trace } from '../helpers/expect/telemetry.ts';
import { waitForRequestTrace } from '../helpers/expect/wait-for-trace.ts';
import { work } from '../helpers/expect/work.ts';

const SERVICE = 'api-service';
const api = run.api?.url ?? '';
const DATABASE_QUERY = {
  kind: 'client',
  attributes: { 'db.system.name|db.system': 'postgresql', 'db.query.text|db.statement': /\w/ },
} as const;
const PUBLISH = { name: /publish|send/i, attributes: { 'messaging.system': 'rabbitmq' } } as const;
const REDIS = { kind: 'client', attributes: { 'db.system.name|db.system': 'redis' } } as const;
const COUNT = 'http_server_request_duration_seconds_count|http_server_duration_milliseconds_count';
const BUCKET = 'http_server_request_duration_seconds_bucket|http_server_duration_milliseconds_bucket';

phase('Phase 4: API service', { needs: ['api'] }, () => {
  test('P4.1 the log says that tracing, metrics and logging were initialised, and instrumentation enabled', async ({
    expect,
  }) => {
    const initialised = logql(
      `{service_name="${SERVICE}"}${serviceInstance} |~ "initiali[sz]ed|instrumentation enabled"`,
    );
    await expect(initialised).toHaveLines(
      /tracing initiali[sz]ed/i,
      /metrics initiali[sz]ed/i,
      /logging initiali[sz]ed/i,
      /instrumentation enabled/i,
    );
  });

  observe('P4.2 GET /health answers 200 {"status":"healthy","service":"api"}', async ({ expect, note }) => {
    const health = work('GET /health', [SERVICE], 10_000, () => callUntraced(`${api}/health`));
    await expect(health).toAnswer(200, { status: 'healthy', service: 'api' });
    note(`${api}/health answered 200 {"status":"healthy","service":"api"}`);
  });

  observe(
    'P4.3 its trace has the root span GET /health, kind server, with method, status and target',
    async ({ expect, note }) => {
      const health = trace(await waitForRequestTrace(await call(`${api}/health`), SERVICE), SERVICE);
      await expect(health).toHaveSpan({
        name: 'GET /health',
        service: SERVICE,
        kind: 'server',
        root: true,
        attributes: {
          'http.request.method|http.method': 'GET',
          'http.response.status_code|http.status_code': 200,
          'url.path|http.target': /^\/health/,
        },
      });
      note(`it follows the ${readConventions(await health.ask())} semantic conventions`);
    },
  );

  test('P4.4 a request that reads the database has a child span for the query, with its statement and postgresql', async ({
    expect,
    postgres,
    note,
  }) => {
    const { read, written } = await inTurn(async () => {
      const guild = await createGuild(api);
      return { read: await call(`${api}/api/games?guild_id=${guild}`), written: await createGame(api, guild) };
    });
    requireStatus('api', read, 200);
    await expect(trace(await waitForRequestTrace(read, SERVICE), SERVICE)).toHaveSpan({
      service: SERVICE,
      kind: 'server',
      children: [DATABASE_QUERY],
    });
    requireStatus('api', written, 201);
    await expect(trace(await waitForRequestTrace(written, SERVICE), SERVICE)).toHaveSpan({
      service: SERVICE,
      kind: 'server',
      children: [DATABASE_QUERY, PUBLISH],
    });
    // An API in production may be asked without its database.
    if (run.postgres === undefined)
      return note(
        'whether published events leave the outbox was not looked at: this run has no address for PostgreSQL',
      );
    expect(await listKeptEvents(await postgres.connect(), written)).toHaveNoProblems(
      'Have the API delete the event in the transaction in which it publishes it (publishOne in fixtures/services/api/outbox.ts)',
    );
    note('the event of a new game was published, and left the outbox');
  });

  test('P4.5 a cached request has Redis child spans; the second one no database span', async ({ expect }) => {
    const { first, second } = await inTurn(async () => {
      await createGuild(api);
      return { first: await call(`${api}/api/guilds`), second: await call(`${api}/api/guilds`) };
    });
    await expect(trace(await waitForRequestTrace(first, SERVICE), SERVICE)).toHaveSpan({
      kind: 'server',
      children: [
        { ...REDIS, name: /^get$/i },
        { ...REDIS, name: /^set/i },
      ],
    });
    await expect(trace(await waitForRequestTrace(second, SERVICE), SERVICE)).toHaveSpan({
      kind: 'server',
      children: [{ ...REDIS, name: /^get$/i }],
      lacks: { attributes: { 'db.system.name|db.system': 'postgresql' } },
    });
  });

  test('P4.6 the duration histogram has buckets, and its count equals the requests sent', async ({ expect }) => {
    const labels = { 'http_route|http_target': '/api/games' };
    const count = serviceMetric(COUNT, SERVICE, labels);
    await callUntraced(`${api}/api/games`);
    // Where it is never exported, no turn has to be waited for.
    await presentValue(count);
    // Those that only call take their turn first: this one waits for an export.
    await inTurn(async () => {
      await nextExport(SERVICE);
      const before = await presentValue(count);
      await Promise.all(Array.from({ length: 5 }, () => callUntraced(`${api}/api/games`)));
      await expect(count).toHaveValue(before + 5);
      await expect(serviceMetric(BUCKET, SERVICE, { ...labels, le: '+Inf' })).toHaveValue(before + 5);
    });
  });

  test('P4.7 active requests: http_server_active_requests counts those that are held open, and none of them afterwards', async ({
    expect,
    skip,
  }) => {
    const active = serviceMetric('http_server_active_requests', SERVICE);
    // Elsewhere others have requests open too; here a value can be awaited without what was before.
    const before = run.stack === 'external' ? await presentValue(active) : 0;
    using held = await holdRequests(`${api}/api/wait`, 10, skip);
    await expect(active).toHaveValueAtLeast(before + 5);
    held.release();
    await expect(active).toHaveValueBelow(before + 5);
    // What is taken off with other attributes is below 0 in a series of its own.
    await expect(lowestServiceMetric('http_server_active_requests', SERVICE)).toHaveValueAtLeast(0);
  });

  test('P4.8 the logs carry the trace_id of the request, which resolves to its trace', async ({ expect }) => {
    const id = await waitForRequestTrace(await inTurn(() => call(`${api}/api/games`)), SERVICE);
    await expect(logql(`{service_name="${SERVICE}"} | trace_id="${id}"`)).toHaveAnyLine();
    await expect(trace(id, SERVICE)).toHaveSpan({ service: SERVICE, kind: 'server' });
  });

  test('P4.9 no 401, and nothing dropped between the service and the backend: of each signal, what it emitted has arrived', async ({
    expect,
  }) => {
    const count = run.backend === 'cloud' ? 1 : 5;
    const [before, requests] = await Promise.all([
      readLossBefore(),
      callInTraces(`${api}/api/games`, { count, pause: run.intervals.otlpBatch }),
    ]);
    await expect(serviceDelivery(SERVICE, requests, Date.now(), before)).toShow(DELIVERED, isDelivered);
  });

  test('P4.10 an error gives a span with status error and the exception, and an error log in the same trace', async ({
    expect,
  }) => {
    const failed = await call(`${api}/api/fail`);
    requireStatus('api', failed, 500);
    const id = await waitForRequestTrace(failed, SERVICE);
    await expect(trace(id, SERVICE)).toHaveSpan({ service: SERVICE, status: 'error', event: 'exception' });
    await expect(logql(`{service_name="${SERVICE}"} | trace_id="${id}"`)).toShow('has an error', (lines) =>
      lines.some(({ labels }) => labels.detected_level === 'error' || /error/i.test(labels.severity_text ?? '')),
    );
  });
});
