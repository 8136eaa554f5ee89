/** What a person does wrong in the code of a service. */
import type { ServicePart } from '../../run/part.ts';
import { swap } from '../edit.ts';
import { editSource } from '../edit-source.ts';
import type { Mutant } from '../mutant.ts';
import { all, mutant } from './entry.ts';

const NOTIFICATIONS = 'notification-daemon';
const TRANSITIONS = 'status-transition-daemon';

/** An edit of a file of a service, and the words that its cause has to have. */
function code(
  id: string,
  part: ServicePart,
  what: string,
  [file, find, replace]: readonly [file: string, find: string, replace: string],
  run: string,
  words: readonly string[],
): Mutant {
  return mutant(id, `${part}: ${what}`, { services: { [part]: editSource(file, swap(find, replace)) } }, run, {
    cause: all(...words),
    vague: new RegExp(words.join('|'), 'i'),
  });
}

const START = 'telemetry/start.ts';
const INSTRUMENTATIONS = 'telemetry/instrumentations.ts';

export const serviceCode: readonly Mutant[] = [
  code(
    'k01',
    'bot',
    'spans of commands never end',
    ['bot/span.ts', '      span.end();\n', '      if (!name.includes("command")) span.end();\n'],
    'phase5',
    ['parent never arrived', 'span\\.end'],
  ),
  code(
    'k02',
    'api',
    'an exception is not recorded',
    ['api/errors.ts', '    span?.recordException(error);\n', ''],
    'phase4',
    ['GET /api/fail', 'exception'],
  ),
  code(
    'k03',
    'api',
    'active requests are never taken off',
    ['api/observe.ts', 'active.add(-1, attributes);', ''],
    'phase4',
    ['http_server_active_requests', 'only rises'],
  ),
  code(
    'k04',
    'api',
    'active requests are taken off with another attribute',
    [
      'api/observe.ts',
      'active.add(-1, attributes);',
      "active.add(-1, { ...attributes, 'http.response.status_code': reply.statusCode });",
    ],
    'phase4',
    ['http_server_active_requests', 'other attributes'],
  ),
  code(
    'k05',
    'api',
    'an error is answered with 200',
    ['api/errors.ts', 'return await reply.code(500)', 'return await reply.code(200)'],
    'phase4',
    ['GET /api/fail', 'HTTP status 200, not 500'],
  ),
  code(
    'k06',
    'api',
    'the health check says ok',
    ['api/health.ts', "{ status: 'healthy', service: 'api' }", "{ status: 'ok', service: 'api' }"],
    'phase4',
    ['GET /health', '"ok", not "healthy"'],
  ),
  code(
    'k07',
    'bot',
    'a malformed message is tried again',
    [
      'messaging/consumer.ts',
      "if (error instanceof MalformedMessage) return await bury(message, 'malformed', error.message);",
      '',
    ],
    'phase6',
    ['as failed, not as malformed', 'MalformedMessage'],
  ),
  code(
    'k08',
    'bot',
    'the span of a guild that is left has no ID',
    [
      'bot/on-guild.ts',
      "inRootSpan('discord.on_guild_remove', { 'discord.guild_id': id }",
      "inRootSpan('discord.on_guild_remove', {}",
    ],
    'phase5',
    ['discord\\.on_guild_remove', 'discord\\.guild_id'],
  ),
  code(
    'k09',
    'bot',
    'the span of a guild that is joined has another name',
    ['bot/on-guild.ts', "'discord.on_guild_join'", "'discord.on_guild_joined'"],
    'phase5',
    ['discord\\.on_guild_join\\b', 'discord\\.on_guild_joined'],
  ),
  code('k10', 'bot', 'a duration has another unit', ['bot/on-interaction.ts', "unit: 's',", "unit: 'ms',"], 'phase5', [
    'discord_command_duration',
    'milliseconds',
  ]),
  code(
    'k11',
    'bot',
    'commands that were answered count as failed',
    ['bot/on-interaction.ts', "return { reply, outcome: 'answered' };", "return { reply, outcome: 'failed' };"],
    'phase5',
    ['bot service', 'INTERACTION_CREATE', '500'],
  ),
  code(
    'k12',
    NOTIFICATIONS,
    'an event has a type that nobody knows',
    [`notification-daemon/model.ts`, "type: 'game.reminder_due'", "type: 'game.reminder' as never"],
    'phase6',
    ['game\\.reminder|type'],
  ),
  code(
    'k13',
    TRANSITIONS,
    'the game is not changed',
    ['status-transition-daemon/model.ts', 'SET status = $2, updated_at', 'SET updated_at'],
    'phase6',
    ['status', 'status-transition-daemon/model\\.ts|not changed'],
  ),
  code(
    'k14',
    NOTIFICATIONS,
    'an attribute is a text in place of a number',
    [
      'scheduler/dead-letter-rounds.ts',
      "'scheduler.dlq_check_interval': intervalSeconds",
      "'scheduler.dlq_check_interval': String(intervalSeconds)",
    ],
    'phase6',
    ['scheduled\\.process_dlq', 'scheduler\\.dlq_check_interval'],
  ),
  code(
    'k15',
    NOTIFICATIONS,
    'its work throws',
    [
      'notification-daemon/model.ts',
      'const over = game === undefined',
      'const over = (game as never as { x: { y: boolean } }).x.y || game === undefined',
    ],
    'phase6',
    ['notification-daemon/model\\.ts:\\d+'],
  ),
  code(
    'k16',
    'api',
    'a route throws',
    ['api/guilds.ts', "await cache.list('guilds', list);", "await (cache as any).lists('guilds', list);"],
    'phase4',
    ['api/guilds\\.ts:\\d+|lists is not a function'],
  ),
  code(
    'k17',
    'api',
    'guilds can not be created',
    ['api/guilds.ts', 'read(NewGuild, body);', 'read(NewGuild, (body as any).guild.x);'],
    'phase4',
    ['api/guilds\\.ts:\\d+|POST /api/guilds'],
  ),
  code(
    'k18',
    'api',
    'log records lose their trace',
    [START, 'isLogCorrelated() ? batch : dropTraceContext(batch)', 'dropTraceContext(batch)'],
    'phase4',
    ['API', 'trace_id'],
  ),
  code(
    'k19',
    'bot',
    'spans wait for an hour, by code',
    [
      START,
      'new BatchSpanProcessor({ exporter, ...options })',
      'new BatchSpanProcessor({ exporter, scheduledDelayMillis: 3600000 })',
    ],
    'phase5',
    ['bot service', 'traces', 'delay'],
  ),
  code('k20', 'bot', 'its meter provider has no reader', [START, 'readers: [reader]', 'readers: []'], 'phase5', [
    'bot service',
    'metrics',
  ]),
  code(
    'k21',
    'api',
    'its logger provider is not registered',
    [START, 'logs.setGlobalLoggerProvider(provider);', ''],
    'phase4',
    ['API', 'logs'],
  ),
  code(
    'k22',
    'api',
    'its tracer provider is not registered',
    [START, 'trace.setGlobalTracerProvider(provider);', ''],
    'phase4',
    ['API', 'records no trace', 'register'],
  ),
  code(
    'k23',
    'api',
    'a sampler stands in its code',
    [
      START,
      '    sampler: readSampler(),\n    spanLimits',
      "    sampler: { shouldSample: (_c: unknown, id: string) => ({ decision: id < '2' ? 2 : 0 }), toString: () => 'own' } as never,\n    spanLimits",
    ],
    'phase4',
    ['API', 'of 100 traces', 'sampler'],
  ),
  code(
    'k24',
    'api',
    'the URL of its exporter of traces has no path',
    [
      START,
      "watch('TRACES', new OTLPTraceExporter())",
      "watch('TRACES', new OTLPTraceExporter({ url: process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '' }))",
    ],
    'phase4',
    ['API', '404', 'url', 'in code'],
  ),
  code(
    'k25',
    'api',
    'it exports changes, by code',
    [
      START,
      "watch('METRICS', new OTLPMetricExporter())",
      "watch('METRICS', new OTLPMetricExporter({ temporalityPreference: 0 }))",
    ],
    'phase4',
    ['temporality', 'cumulative'],
  ),
  code(
    'k26',
    'api',
    'health checks are left out of tracing',
    [
      INSTRUMENTATIONS,
      'ignoreIncomingRequestHook: isUntraced,',
      "ignoreIncomingRequestHook: (request) => request.url === '/health' || isUntraced(request),",
    ],
    'phase4',
    ['GET /health', 'ignoreIncomingRequestHook'],
  ),
  code(
    'k27',
    'api',
    'a request is logged outside of its context',
    [
      'api/observe.ts',
      'const inRequest = context.active();',
      'const inRequest = new (context.active().constructor as any)();',
    ],
    'phase4',
    ['trace_id', 'context'],
  ),
  code(
    'k28',
    'api',
    'the resource is merged the wrong way round',
    [
      START,
      'defaultResource().merge(detectResources({ detectors }))',
      'detectResources({ detectors }).merge(defaultResource())',
    ],
    'phase4',
    ['unknown_service', 'resource'],
  ),
  code(
    'k29',
    'api',
    'its instrumentations get no meter provider',
    [
      START,
      '  for (const instrumentation of instrumentations) instrumentation.setMeterProvider(metrics.getMeterProvider());\n',
      '',
    ],
    'phase4',
    ['http_server', 'meter ?provider'],
  ),
  code(
    'k30',
    'bot',
    'consumers link to the publisher',
    [INSTRUMENTATIONS, 'new AmqplibInstrumentation()', 'new AmqplibInstrumentation({ useLinksForConsume: true })'],
    'phase6',
    ['bot service', 'link', 'useLinksForConsume'],
  ),
  code(
    'k31',
    TRANSITIONS,
    'messages are not mandatory',
    ['messaging/messaging.ts', 'persistent: true, mandatory: true }', 'persistent: true }'],
    'phase6',
    ['lost between', 'mandatory'],
  ),
  code(
    'k32',
    TRANSITIONS,
    'a message has an ID of its own',
    ['scheduler/process-next.ts', 'buildMessage(event, taken.row.id)', 'buildMessage(event, crypto.randomUUID())'],
    'phase6',
    ['another message ID', 'row'],
  ),
  code(
    'k33',
    'api',
    'Redis has a millisecond to answer',
    ['api/cache.ts', 'const commandTimeoutMs = 500;', 'const commandTimeoutMs = 1;'],
    'phase4',
    ['API', 'Redis', 'timed out', 'time that it allows'],
  ),
  code(
    'k34',
    'api',
    'statements are blanked',
    [
      INSTRUMENTATIONS,
      'new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true })',
      "new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true, requestHook: (span) => void span.setAttribute('db.query.text', '').setAttribute('db.statement', '') })",
    ],
    'phase4',
    ['pg\\.query', 'db\\.query\\.text'],
  ),
  code(
    'k35',
    'bot',
    'an announcement may not stand there twice',
    ['bot/announce.ts', '    ON CONFLICT (message_id) DO NOTHING RETURNING message_id`', '    RETURNING message_id`'],
    'phase6',
    ['announcements_pkey', 'announce\\.ts:\\d+'],
  ),
];
