/** What a person sets or does wrong in a service of the application. */
import type { ServicePart } from '../../run/part.ts';
import type { EnvironmentChange } from '../../run/stack.ts';
import { swap } from '../edit.ts';
import { editSource } from '../edit-source.ts';
import type { Change, Mutant } from '../mutant.ts';
import { all, mutant, noOp } from './entry.ts';

/** Each service with the letter of its IDs, its name in OpenTelemetry, and the phase that looks at it. */
const SERVICES: readonly (readonly [ServicePart, string, string, string])[] = [
  ['api', 'a', 'api-service', 'phase4'],
  ['bot', 'b', 'bot-service', 'phase5'],
  ['notification-daemon', 'n', 'notification-daemon', 'phase6'],
  ['status-transition-daemon', 's', 'status-transition-daemon', 'phase6'],
];

/** The same mistake in each service. */
function each(id: string, what: string, environment: EnvironmentChange, words: readonly string[]): Mutant[] {
  return SERVICES.map(([part, letter, name, phase]) =>
    mutant(`${id}${letter}`, `${part}: ${what}`, { services: { [part]: environment } }, phase, {
      cause: all(`${part.replaceAll('-', '[- ]')}|${name}`, ...words),
      vague: new RegExp(words.join('|'), 'i'),
    }),
  );
}

function one(
  id: string,
  part: ServicePart,
  what: string,
  change: Change,
  run: string,
  words: readonly string[],
): Mutant {
  return mutant(id, `${part}: ${what}`, { services: { [part]: change } }, run, {
    cause: all(...words),
    vague: new RegExp(words.join('|'), 'i'),
  });
}

const everywhere: readonly Mutant[] = [
  ...each('e01', 'telemetry is off', { OTEL_SDK_DISABLED: 'true' }, ['OTEL_SDK_DISABLED|telemetry is off']),
  ...each('e02', 'traces are not exported', { OTEL_TRACES_EXPORTER: 'none' }, ['OTEL_TRACES_EXPORTER|traces are off']),
  ...each('e03', 'logs are not exported', { OTEL_LOGS_EXPORTER: 'none' }, ['OTEL_LOGS_EXPORTER|logs are off']),
  ...each(
    'e21',
    'it exports to a port where nothing listens',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:44444' },
    ['44444', 'OTEL_EXPORTER_OTLP_ENDPOINT|refused|reached'],
  ),
  ...each('e04', 'the sampler takes nothing', { OTEL_TRACES_SAMPLER: 'always_off' }, ['sampl|OTEL_TRACES_SAMPLER']),
  ...each('e05', 'its name is another one', { OTEL_SERVICE_NAME: 'my-service' }, [
    'my-service',
    'service.name|OTEL_SERVICE_NAME',
  ]),
  ...each('e06', 'logs have no trace_id', { OTEL_NODE_LOG_CORRELATION: 'off' }, [
    'OTEL_NODE_LOG_CORRELATION|correlation|trace_id',
  ]),
];

const single: readonly Mutant[] = [
  one('e07', 'api', 'metrics are not exported', { OTEL_METRICS_EXPORTER: 'none' }, 'phase4', [
    'OTEL_METRICS_EXPORTER|metrics are off',
  ]),
  one('e08', 'bot', 'metrics are not exported', { OTEL_METRICS_EXPORTER: 'none' }, 'phase5', [
    'OTEL_METRICS_EXPORTER|metrics are off',
  ]),
  one('e25', 'api', 'the instrumentation of pg is off', { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' }, 'phase4', [
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation',
    '\\bpg\\b',
  ]),
  one('e26', 'bot', 'the instrumentation of pg is off', { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' }, 'phase5', [
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation',
    '\\bpg\\b',
  ]),
  one(
    'e27',
    'notification-daemon',
    'the instrumentation of pg is off',
    { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' },
    'phase6',
    ['OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation', '\\bpg\\b'],
  ),
  one(
    'e28',
    'api',
    'the instrumentation of ioredis is off',
    { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'ioredis' },
    'phase4',
    ['OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation', 'ioredis'],
  ),
  one('e29', 'api', 'the instrumentation of http is off', { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' }, 'phase4', [
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation',
    '\\bhttp\\b',
  ]),
  one('e30', 'api', 'the instrumentation of pino is off', { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pino' }, 'phase4', [
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation',
    'pino',
  ]),
  one(
    'e31',
    'notification-daemon',
    'the instrumentation of amqplib is off',
    { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'amqplib' },
    'phase6',
    ['OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation', 'amqplib'],
  ),
  one(
    'e32',
    'bot',
    'the instrumentation of amqplib is off',
    { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'amqplib' },
    'phase6',
    ['OTEL_NODE_DISABLED_INSTRUMENTATIONS|instrumentation', 'amqplib'],
  ),
  one('e33', 'api', 'only http is instrumented', { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' }, 'phase4', [
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS|instrumentation',
    'pg|ioredis|pino',
  ]),
  one(
    'e34',
    'api',
    'traces have an endpoint without a path',
    ({ alloy }) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: alloy.otlpHttp }),
    'phase4',
    ['404|405', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT|/v1/traces'],
  ),
  one(
    'e35',
    'api',
    'the endpoint ends in /v1/traces',
    ({ alloy }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `${alloy.otlpHttp}/v1/traces` }),
    'phase4',
    ['404', 'OTEL_EXPORTER_OTLP_ENDPOINT|/v1/traces/v1'],
  ),
  one(
    'e36',
    'api',
    'it exports over HTTP to the port of gRPC',
    ({ alloy }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${alloy.otlpGrpc}` }),
    'phase4',
    ['OTEL_EXPORTER_OTLP_ENDPOINT|exports? to', 'gRPC'],
  ),
  one(
    'e37',
    'api',
    'it exports to the HTTP server of Alloy itself',
    ({ alloy }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: alloy.url }),
    'phase4',
    ['OTEL_EXPORTER_OTLP_ENDPOINT|exports? to', '404|405'],
  ),
  one(
    'e38',
    'api',
    'one trace in ten is sampled',
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
    'phase4',
    ['sampl|OTEL_TRACES_SAMPLER'],
  ),
  one('e39', 'api', 'only errors are logged', { LOG_LEVEL: 'error' }, 'phase4', ['LOG_LEVEL|level']),
  one('e40', 'api', 'metrics are exported every ten minutes', { OTEL_METRIC_EXPORT_INTERVAL: '600000' }, 'phase4', [
    'OTEL_METRIC_EXPORT_INTERVAL|600000|interval',
  ]),
  one('e41', 'api', 'spans wait ten minutes', { OTEL_BSP_SCHEDULE_DELAY: '600000' }, 'phase4', [
    'OTEL_BSP_SCHEDULE_DELAY|600000|batch|delay',
  ]),
  one(
    'e42',
    'api',
    'OTEL_RESOURCE_ATTRIBUTES names another service',
    { OTEL_SERVICE_NAME: undefined, OTEL_RESOURCE_ATTRIBUTES: 'service.name=games' },
    'phase4',
    ['games', 'service\\.name'],
  ),
  one(
    'e43',
    'notification-daemon',
    'it looks at dead letters once an hour',
    { DLQ_CHECK_INTERVAL_SECONDS: '3600' },
    'phase6',
    ['DLQ_CHECK_INTERVAL_SECONDS|3600'],
  ),
  one(
    'e44',
    'api',
    'the password of Redis is wrong',
    ({ redis }) => ({ REDIS_URL: `redis://:wrong@127.0.0.1:${redis?.port}` }),
    'phase4',
    ['Redis', 'WRONGPASS|password|REDIS_URL'],
  ),
  one('e45', 'api', 'Redis has a port where nothing listens', { REDIS_URL: 'redis://127.0.0.1:9' }, 'phase4', [
    'Redis',
    'refused|REDIS_URL',
  ]),
  one(
    'e46',
    'api',
    'the password of PostgreSQL is wrong',
    ({ postgres }) => ({
      BASE_DATABASE_URL: `postgresql://game_scheduler:wrong@127.0.0.1:${postgres?.port}/game_scheduler`,
    }),
    'phase4',
    ['password', 'PostgreSQL|BASE_DATABASE_URL|database'],
  ),
  one(
    'e47',
    'bot',
    'the password of RabbitMQ is wrong',
    ({ rabbitmq }) => ({ RABBITMQ_URL: `amqp://game_scheduler:wrong@127.0.0.1:${rabbitmq?.port}` }),
    'phase6',
    ['RabbitMQ|RABBITMQ_URL', 'ACCESS_REFUSED|login|password|refused'],
  ),
  one(
    'e48',
    'notification-daemon',
    'PostgreSQL has a port where nothing listens',
    { BASE_DATABASE_URL: 'postgresql://game_scheduler:x@127.0.0.1:9/game_scheduler' },
    'phase6',
    ['refused|BASE_DATABASE_URL', 'PostgreSQL|database|notification'],
  ),
  one('e49', 'bot', 'the address of PostgreSQL is not set', { BASE_DATABASE_URL: undefined }, 'phase5', [
    'DATABASE_URL',
  ]),
];

const NOTIFICATIONS = 'notification-daemon';
const TRANSITIONS = 'status-transition-daemon';

/** What else the variables of an SDK, and addresses, can do. */
const others: readonly Mutant[] = [
  one('e50', 'api', 'it has no propagator', { OTEL_PROPAGATORS: 'none' }, 'phase4', ['API', 'OTEL_PROPAGATORS']),
  one('e51', 'bot', 'its propagator is that of Zipkin', { OTEL_PROPAGATORS: 'b3' }, 'phase6', [
    'bot',
    'OTEL_PROPAGATORS',
  ]),
  one('e52', NOTIFICATIONS, 'it has no propagator', { OTEL_PROPAGATORS: 'none' }, 'phase6', [
    'notification',
    'OTEL_PROPAGATORS',
  ]),
  one('e53', 'api', 'its protocol is gRPC', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'phase4', [
    'API',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'http/protobuf',
  ]),
  one('e54', 'bot', 'logs are exported to the console', { OTEL_LOGS_EXPORTER: 'console' }, 'phase5', [
    'bot',
    'OTEL_LOGS_EXPORTER=console',
  ]),
  one(
    'e55',
    'api',
    'it has no instance ID of the run',
    { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod' },
    'phase4',
    ['API', 'service\\.instance\\.id', 'OTEL_RESOURCE_ATTRIBUTES'],
  ),
  one('e56', 'api', 'a span has one attribute', { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1' }, 'phase4', [
    'API',
    'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
  ]),
  one('e57', 'bot', 'attributes are cut after 8 characters', { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '8' }, 'phase5', [
    'bot',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  ]),
  one('e58', 'api', 'a span has no events', { OTEL_SPAN_EVENT_COUNT_LIMIT: '0' }, 'phase4', [
    'API',
    'OTEL_SPAN_EVENT_COUNT_LIMIT',
  ]),
  one(
    'e59',
    'bot',
    'the virtual host of RabbitMQ is not there',
    ({ rabbitmq }) => ({
      RABBITMQ_URL: `amqp://${rabbitmq?.user}:${rabbitmq?.password}@127.0.0.1:${rabbitmq?.port}/games`,
    }),
    'phase6',
    ['bot', 'RABBITMQ_URL', 'virtual host'],
  ),
  one(
    'e60',
    TRANSITIONS,
    'RabbitMQ has a port where nothing listens',
    { RABBITMQ_URL: 'amqp://guest:guest@127.0.0.1:9' },
    'phase6',
    ['transition', 'RabbitMQ', 'RABBITMQ_URL', '127\\.0\\.0\\.1:9\\b'],
  ),
  one(
    'e61',
    TRANSITIONS,
    'its database is not there',
    ({ postgres }) => ({
      BASE_DATABASE_URL: `postgresql://${postgres?.user}:${postgres?.password}@127.0.0.1:${postgres?.port}/games`,
    }),
    'phase6',
    ['transition', 'BASE_DATABASE_URL', 'database'],
  ),
  one(
    'e62',
    'api',
    'it exports with TLS to a port without',
    ({ alloy }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: alloy.otlpHttp.replace('http:', 'https:') }),
    'phase4',
    ['API', 'TLS', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ),
  one(
    'e63',
    'bot',
    'its endpoint has no scheme',
    ({ alloy }) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: alloy.otlpHttp.replace('http://', '') }),
    'phase5',
    ['bot', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'http://'],
  ),
  one('e64', 'bot', 'log records wait ten minutes', { OTEL_BLRP_SCHEDULE_DELAY: '600000' }, 'phase5', [
    'bot',
    'OTEL_BLRP_SCHEDULE_DELAY',
  ]),
  one(
    'e65',
    NOTIFICATIONS,
    'traces that it begins are not sampled',
    { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
    'phase6',
    ['notification', 'OTEL_TRACES_SAMPLER'],
  ),
  one(
    'e66',
    'bot',
    'logs have an endpoint with a misspelt path',
    ({ alloy }) => ({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${alloy.otlpHttp}/v1/log` }),
    'phase5',
    ['bot', '404', 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', '/v1/logs'],
  ),
  one(
    'e67',
    'bot',
    'metrics have an endpoint where nothing listens',
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:44444/v1/metrics' },
    'phase5',
    ['bot', '44444', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'],
  ),
  one('e68', 'api', 'the interval of metrics is the default', { OTEL_METRIC_EXPORT_INTERVAL: undefined }, 'phase4', [
    'API',
    'OTEL_METRIC_EXPORT_INTERVAL',
    '60 s',
  ]),
  one('e69', 'api', 'the URL of Redis is none', { REDIS_URL: '127.0.0.1:6379' }, 'phase4', [
    'API',
    'REDIS_URL',
    'ended',
  ]),
  one('e70', TRANSITIONS, 'the URL of RabbitMQ is not set', { RABBITMQ_URL: undefined }, 'phase6', [
    'transition',
    'RABBITMQ_URL is not set',
  ]),
  one(
    'e71',
    'api',
    'it exports to another machine',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://alloy.invalid:4318' },
    'phase4',
    ['API', 'alloy\\.invalid', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ),
  one('e73', 'bot', 'its endpoint is not set', { OTEL_EXPORTER_OTLP_ENDPOINT: undefined }, 'phase5', [
    'bot',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'not set',
  ]),
  one('e72', 'bot', 'a queue holds one span', { OTEL_BSP_MAX_QUEUE_SIZE: '1' }, 'phase5', [
    'bot',
    'OTEL_BSP_MAX_QUEUE_SIZE',
  ]),
];

const inSource = (file: string, find: string, replace: string): Change => editSource(file, swap(find, replace));

/** What a developer changes by mistake in the code of services. */
const code: readonly Mutant[] = [
  mutant(
    'e74',
    'the queue of the bot is bound with one key',
    {
      services: Object.fromEntries(
        SERVICES.map(([part]) => [
          part,
          inSource('messaging/topology.ts', "eventExchange, '#'", "eventExchange, 'game.created'"),
        ]),
      ),
      // What is bound already stays bound.
      parts: [{ queue: 'bot.events' }],
    },
    'phase6',
    {
      cause: all('game\\.(?:reminder_due|status_changed)', 'game_scheduler\\.events', 'bot\\.events', 'game\\.created'),
    },
  ),
  one(
    'e75',
    'bot',
    'it acknowledges no message',
    inSource('messaging/consumer.ts', 'if (open) channel.ack(message);', ''),
    'phase6',
    ['bot\\.events', 'acknowledge', 'consumer\\.ts'],
  ),
  one(
    'e76',
    TRANSITIONS,
    'it does not mark rows as processed',
    inSource('scheduler/process-next.ts', 'await markProcessed(query, model.table, taken.row.id);', ''),
    'phase6',
    ['transition', 'row', 'processed'],
  ),
  one(
    'e77',
    TRANSITIONS,
    'it publishes two events for a row',
    inSource(
      'scheduler/process-next.ts',
      'await parts.messaging.publish(buildMessage(event, taken.row.id));',
      'for (const id of [taken.row.id, crypto.randomUUID()]) await parts.messaging.publish(buildMessage(event, id));',
    ),
    'phase6',
    ['transition', '2 events', 'message_id'],
  ),
  one(
    'e78',
    'bot',
    'a command begins a trace',
    inSource('bot/span.ts', '{ attributes }', '{ attributes, root: true }'),
    'phase5',
    ['discord\\.command\\.', 'trace of its own', 'discord\\.on_interaction|root'],
  ),
  one(
    'e79',
    'api',
    'an event waits without the context of its request',
    inSource('api/outbox.ts', 'propagation.inject(context.active(), carrier);', ''),
    'phase4',
    ['publish game\\.created', 'trace of its own', 'inject', 'outbox\\.ts'],
  ),
  one(
    'e80',
    'bot',
    'interactions are counted under another name',
    inSource('bot/on-interaction.ts', "'discord.interactions'", "'discord.commands'"),
    'phase5',
    ['bot', 'discord_interactions_total'],
  ),
  one(
    'e81',
    'api',
    'requests have no route',
    inSource('api/observe.ts', 'rpc.route = route;', 'rpc.type = rpc.type;'),
    'phase4',
    ['http[._]route', 'API'],
  ),
  one(
    'e83',
    'api',
    'no propagator is registered',
    inSource(
      'telemetry/start.ts',
      'propagation.setGlobalPropagator(new CompositePropagator({ propagators: readPropagators() }));',
      '',
    ),
    'phase4',
    ['API', 'propagator', 'setGlobalPropagator'],
  ),
  one(
    'e84',
    'api',
    'metrics have no resource',
    inSource('telemetry/start.ts', 'new MeterProvider({ resource, ', 'new MeterProvider({ '),
    'phase4',
    ['unknown_service', 'metrics', 'resource'],
  ),
  one(
    'e85',
    NOTIFICATIONS,
    'its rows have no such column',
    inSource('notification-daemon/model.ts', "'notification_time'", "'notify_time'"),
    'phase6',
    ['notification', 'notify_time'],
  ),
  one(
    'e86',
    'bot',
    'a user has another attribute',
    inSource('bot/on-interaction.ts', "'discord.user_id': userId", "'discord.user': userId"),
    'phase5',
    ['discord\\.on_interaction', 'discord\\.user_id', 'discord\\.user='],
  ),
  one(
    'e87',
    'api',
    'lists are written to Redis under another key than they are read from',
    inSource('api/cache.ts', 'redis.set(key,', "redis.set(key + ':list',"),
    'phase4',
    ['GET /api/guilds', 'api:guilds:list', 'not read'],
  ),
  one(
    'e88',
    'api',
    'a list that was loaded is never written to Redis',
    inSource(
      'api/cache.ts',
      "if (found !== undefined) await attempt(() => redis.set(key, prefix + json, 'EX', keptSeconds));",
      '',
    ),
    'phase4',
    ['GET /api/guilds', 'no child', 'set'],
  ),
];

/** What a person may set for services. */
const harmless: readonly Mutant[] = [
  noOp(
    'e90',
    'api: exports have a header',
    { services: { api: { OTEL_EXPORTER_OTLP_HEADERS: 'x-team=games' } } },
    'phase4',
  ),
  noOp(
    'e91',
    'bot: exports are compressed',
    { services: { bot: { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' } } },
    'phase5',
  ),
  noOp(
    'e92',
    'bot: an attribute beside the instance ID',
    {
      services: {
        bot: ({ servicesInstanceId }) => ({
          OTEL_RESOURCE_ATTRIBUTES: `deployment.environment=prod,service.instance.id=${servicesInstanceId}`,
        }),
      },
    },
    'phase5',
  ),
];

export const services: readonly Mutant[] = [...everywhere, ...single, ...others, ...code, ...harmless];
