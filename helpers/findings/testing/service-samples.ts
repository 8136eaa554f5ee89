import type { ServicePart } from '../../run/part.ts';
import type { Finding, FindingKind } from '../finding.ts';

type ServiceKind = Extract<Finding, { readonly service: ServicePart }>['kind'];

/** Findings of every kind about services of the application, with and without their optional fields. */
export const sampleServiceFindings: { readonly [K in ServiceKind]: readonly FindingKind<K>[] } = {
  'service ended': [
    {
      kind: 'service ended',
      service: 'bot',
      lastWords: "bot-service can't start: BASE_DATABASE_URL is not set: expected postgresql://USER:PASSWORD@HOST",
    },
  ],
  'service exports nothing': [
    {
      kind: 'service exports nothing',
      service: 'api',
      signals: ['traces'],
      set: { variable: 'OTEL_TRACES_EXPORTER', value: 'none' },
    },
    {
      kind: 'service exports nothing',
      service: 'api',
      signals: ['logs'],
      set: { variable: 'OTEL_SDK_DISABLED', value: 'true' },
    },
    {
      kind: 'service exports nothing',
      service: 'api',
      signals: ['metrics'],
      set: { variable: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: 'grpc' },
    },
  ],
  'service exports elsewhere': [
    {
      kind: 'service exports elsewhere',
      service: 'api',
      signals: ['traces', 'logs'],
      url: 'http://127.0.0.1:44444/v1/traces',
      answer: 'refused',
      set: { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://127.0.0.1:44444' },
      right: 'http://127.0.0.1:4318',
    },
    ...([404, 'another protocol', 'another receiver', 'no TLS', 'no URL'] as const).map((answer) => ({
      kind: 'service exports elsewhere' as const,
      service: 'api' as const,
      signals: ['traces'] as const,
      url: 'http://127.0.0.1:1',
      answer,
      set: { variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', value: 'http://127.0.0.1:1' },
    })),
    ...(['gRPC receiver', 'HTTP server'] as const).flatMap((owner) =>
      ([404, 'another protocol'] as const).map((answer) => ({
        kind: 'service exports elsewhere' as const,
        service: 'api' as const,
        signals: ['traces'] as const,
        url: 'http://127.0.0.1:1/v1/traces',
        answer,
        set: { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://127.0.0.1:1' },
        owner,
      })),
    ),
  ],
  'service export fails': [
    { kind: 'service export fails', service: 'api', address: 'http://alloy:4318', reason: 'it answered HTTP 404' },
    {
      kind: 'service export fails',
      service: 'api',
      address: 'http://alloy:4318',
      reason: 'Request timed out',
      timeout: { variable: 'OTEL_EXPORTER_OTLP_TIMEOUT', value: '1' },
    },
  ],
  'service samples less': [
    {
      kind: 'service samples less',
      service: 'api',
      set: { variable: 'OTEL_TRACES_SAMPLER', value: 'always_off' },
    },
    {
      kind: 'service samples less',
      service: 'api',
      set: { variable: 'OTEL_TRACES_SAMPLER', value: 'traceidratio' },
      ratio: '0.1',
    },
  ],
  'service has another name': [
    { kind: 'service has another name', service: 'api', wanted: 'api-service', found: ['my-service'] },
    {
      kind: 'service has another name',
      service: 'api',
      wanted: 'api-service',
      found: ['games'],
      set: { variable: 'OTEL_RESOURCE_ATTRIBUTES', value: 'service.name=games' },
    },
  ],
  'service of another instance': [
    {
      kind: 'service of another instance',
      service: 'api',
      wanted: '01a22d1e3fc7',
      set: { variable: 'OTEL_RESOURCE_ATTRIBUTES', value: 'deployment.environment=prod' },
    },
  ],
  'service not instrumented': [
    {
      kind: 'service not instrumented',
      service: 'api',
      instrumentation: 'pg',
      set: { variable: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS', value: 'pg' },
    },
    {
      kind: 'service not instrumented',
      service: 'api',
      instrumentation: 'pg',
      set: { variable: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS', value: 'http' },
    },
  ],
  'service loses context': [
    { kind: 'service loses context', service: 'bot' },
    { kind: 'service loses context', service: 'bot', set: { variable: 'OTEL_PROPAGATORS', value: 'none' } },
    { kind: 'service loses context', service: 'bot', isLinked: true },
  ],
  'service logs without trace': [
    { kind: 'service logs without trace', service: 'api' },
    {
      kind: 'service logs without trace',
      service: 'api',
      set: { variable: 'OTEL_NODE_LOG_CORRELATION', value: 'off' },
    },
    { kind: 'service logs without trace', service: 'api', line: 'GET /x: 200' },
  ],
  'service logs less': [{ kind: 'service logs less', service: 'api', set: { variable: 'LOG_LEVEL', value: 'error' } }],
  'service sends late': [
    {
      kind: 'service sends late',
      service: 'api',
      signal: 'metrics',
      milliseconds: 600_000,
      set: { variable: 'OTEL_METRIC_EXPORT_INTERVAL', value: '600000' },
    },
    {
      kind: 'service sends late',
      service: 'api',
      signal: 'metrics',
      milliseconds: 60_000,
      set: { variable: 'OTEL_METRIC_EXPORT_INTERVAL' },
    },
  ],
  'service looks too seldom': [
    {
      kind: 'service looks too seldom',
      service: 'notification-daemon',
      seconds: 3600,
      expected: 1,
      set: { variable: 'DLQ_CHECK_INTERVAL_SECONDS', value: '3600' },
    },
  ],
  'service limits telemetry': [
    {
      kind: 'service limits telemetry',
      service: 'api',
      set: { variable: 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', value: '2' },
    },
    {
      kind: 'service limits telemetry',
      service: 'api',
      set: { variable: 'OTEL_BLRP_MAX_QUEUE_SIZE', value: '1' },
      dropped: 'logs',
    },
  ],
  'service lacks a part': [
    { kind: 'service lacks a part', service: 'api', of: 'Redis', reason: 'it did not answer' },
    ...[
      'WRONGPASS invalid username-password pair or user is disabled.',
      'database "games" does not exist',
      'Expected ConnectionOpenOk; got <ConnectionClose channel:0>: 530 (NOT-ALLOWED)',
      'connect ECONNREFUSED 127.0.0.1:9',
    ].map((reason) => ({
      kind: 'service lacks a part' as const,
      service: 'api' as const,
      of: 'PostgreSQL',
      reason,
      set: { variable: 'BASE_DATABASE_URL', value: 'me@127.0.0.1:9/games' },
      right: '127.0.0.1:5432',
    })),
  ],
  'service sends no signal': [
    { kind: 'service sends no signal', service: 'api', signal: 'traces', others: ['metrics', 'logs'] },
  ],
  'service keeps no context': [{ kind: 'service keeps no context', service: 'api' }],
  'service gives up early': [
    {
      kind: 'service gives up early',
      service: 'api',
      milliseconds: 1,
      set: { variable: 'OTEL_EXPORTER_OTLP_TIMEOUT', value: '1' },
    },
  ],
  'service message unroutable': [
    {
      kind: 'service message unroutable',
      service: 'notification-daemon',
      exchange: 'events',
      routingKey: 'game.reminder_due',
      bindings: [{ queue: 'bot.events', key: 'game.created' }],
      type: 'topic',
    },
    {
      kind: 'service message unroutable',
      service: 'api',
      exchange: 'events',
      routingKey: 'game.created',
      bindings: [{ queue: 'bot.events', key: '#' }],
      type: 'direct',
    },
    { kind: 'service message unroutable', service: 'bot', exchange: 'dead', routingKey: 'x', bindings: [] },
  ],
  'service fails': [
    {
      kind: 'service fails',
      service: 'bot',
      message: 'A message failed: x is not a function',
      reason: 'x is not a function',
      place: 'a.ts:3',
    },
    { kind: 'service fails', service: 'api', message: 'It failed', reason: 'column "x" does not exist' },
  ],
  'job done again': [
    { kind: 'job done again', service: 'api', name: 'publish x', id: '0f47', of: 'event', times: 3 },
    { kind: 'job done again', service: 'notification-daemon', name: 'scheduled.X', id: '0f47', of: 'row', times: 3 },
  ],
  'event published twice': [
    { kind: 'event published twice', service: 'notification-daemon', name: 'scheduled.X', job: '0f47', ids: 2 },
  ],
  'service cache not used': [
    { kind: 'service cache not used', service: 'api', name: 'GET /api/guilds', read: ['a', 'b'], written: ['b'] },
    { kind: 'service cache not used', service: 'api', name: 'GET /api/guilds', read: ['a'], written: ['b'] },
    { kind: 'service cache not used', service: 'api', name: 'GET /api/guilds', read: ['a'], written: [] },
  ],
  'service answers otherwise': [
    {
      kind: 'service answers otherwise',
      service: 'api',
      request: 'GET /health',
      body: '{"status":"ok"}',
      differences: [
        { of: 'status', wanted: '"healthy"', found: '"ok"' },
        { of: 'service', wanted: '"api"' },
      ],
    },
    {
      kind: 'service answers otherwise',
      service: 'bot',
      request: 'READY',
      body: 'no',
      differences: [{ of: 'HTTP status', wanted: '200', found: '500' }],
    },
  ],
  'service counts up only': [{ kind: 'service counts up only', service: 'api', metric: 'm', values: [1, 3] }],
  'service sends changes': [
    {
      kind: 'service sends changes',
      service: 'api',
      set: { variable: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', value: 'delta' },
    },
  ],
  'service leaves out request': [
    {
      kind: 'service leaves out request',
      service: 'api',
      request: 'GET /health',
      count: 4,
      others: ['GET /api/games'],
    },
  ],
  'span fails': [
    { kind: 'span fails', service: 'bot', name: 'process', message: 'it has an unknown type' },
    { kind: 'span fails', service: 'bot', name: 'process', message: '' },
  ],
  'child span missing': [
    { kind: 'child span missing', service: 'api', name: 'GET /x', child: '/^set/i, client, redis', children: ['get'] },
    { kind: 'child span missing', service: 'api', name: 'GET /x', child: 'client, redis', children: [] },
    {
      kind: 'child span missing',
      service: 'api',
      name: 'GET /x',
      child: 'client, redis',
      children: [],
      others: { count: 4, having: 1 },
    },
    { kind: 'child span missing', service: 'bot', name: 'x', child: 'y', children: ['z'], holder: 'z' },
  ],
  'span begins trace': [
    {
      kind: 'span begins trace',
      service: 'bot',
      name: 'discord.command.x',
      traceId: '4bf9',
      parent: 'discord.on_interaction',
    },
    { kind: 'span begins trace', service: 'api', name: 'publish game.created', traceId: '4bf9' },
  ],
  'span differs': [
    {
      kind: 'span differs',
      service: 'bot',
      name: 'discord.on_interaction',
      differences: [
        { what: 'name', wanted: 'discord.on_interaction', found: 'discord.interaction' },
        { what: 'kind', wanted: 'server', found: 'internal' },
        { what: 'root' },
        { what: 'status', wanted: 'error' },
        { what: 'event exception' },
        { what: 'attribute a.b', found: 'a_b=1' },
        { what: 'attribute c', wanted: '"1"', found: 'c=1 (number)' },
      ],
    },
    { kind: 'span differs', service: 'api', name: 'GET /health', differences: [{ what: 'attribute http.route' }] },
  ],
  'service makes no spans': [
    { kind: 'service makes no spans', service: 'api', instrumentation: 'pg', traces: 9 },
    { kind: 'service makes no spans', service: 'api', instrumentation: 'pg', traces: 9, isEnabled: true },
    { kind: 'service makes no spans', service: 'api', instrumentation: 'pg', traces: 9, isEnabled: false },
  ],
  'service metric differs': [
    {
      kind: 'service metric differs',
      service: 'api',
      metrics: ['a_total'],
      count: 9,
      names: ['b_total'],
      suffixed: [],
    },
    {
      kind: 'service metric differs',
      service: 'api',
      metrics: ['a', 'b'],
      count: 9,
      names: ['c', 'a_bytes'],
      suffixed: ['a_bytes'],
    },
    {
      kind: 'service metric differs',
      service: 'api',
      metrics: ['a'],
      labels: [{ label: 'http_route', wanted: '/x', found: '' }],
    },
    {
      kind: 'service metric differs',
      service: 'api',
      metrics: ['a'],
      labels: [{ label: 'x', wanted: 'y', found: 'z' }],
    },
  ],
  'telemetry without resource': [
    { kind: 'telemetry without resource', service: 'api', signal: 'metrics', name: 'unknown_service:node' },
    { kind: 'telemetry without resource', service: 'api', signal: 'logs', name: 'unknown_service:node', isAll: true },
  ],
  'row not taken': [{ kind: 'row not taken', service: 'status-transition-daemon' }],
  'log level differs': [{ kind: 'log level differs', service: 'api', levels: ['info'] }],
  'parent span missing': [
    { kind: 'parent span missing', service: 'api', traceId: '4bf9', children: ['pg.query:SELECT games'] },
  ],
};
