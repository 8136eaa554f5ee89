import type { FoundSpan } from '../../clients/tempo.ts';
import { sampleRun } from '../../clients/testing/sample-run.ts';
import { describeService, type ServiceState } from '../service-state.ts';
import {
  about,
  inOtherTrace,
  line,
  metric,
  ONE,
  search,
  shaped,
  span,
  started,
  THREE,
  type TRACE,
  TWO,
  work,
} from './service-cases.ts';
import { asked, type Case, error } from './symptoms.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** A span that has attributes. */
function withAttributes(
  service: string,
  spanId: string,
  parent: string,
  name: string,
  attributes: Attributes,
  more = {},
): FoundSpan {
  const list = Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }));
  return span(service, spanId, parent, name, 1, { attributes: list, ...more });
}

/** A service to which messages were returned. */
function returning(...keys: readonly string[]): ServiceState {
  const bindings = [{ queue: 'bot.events', key: 'game.created' }];
  return describeService(
    'notification-daemon',
    keys.map((routingKey) =>
      line({
        outage: { of: 'RabbitMQ', reason: 'returned', unroutable: { exchange: 'events', routingKey, bindings } },
      }),
    ),
  );
}

/** RabbitMQ with nothing to tell. */
const quiet = { held: [], exchanges: [], shared: [], waiting: [], messages: 0 } as const;
/** A question about the work on a row, of which this was seen. */
const untaken = (seen: object) =>
  asked({
    path: 'none',
    subject: { kind: 'work', statement: 'the work', services: ['status-transition-daemon'] },
    seen: { kind: 'answer', json: JSON.stringify(seen) },
  });
/** A question about a message that is to be rejected. */
const rejected = asked({
  path: 'none',
  subject: { kind: 'work', statement: 'the rejected message', services: ['bot-service'], isError: true },
});

const registered = { propagated: ['traceparent', 'tracestate'], isContextKept: true, recorded: 100 };
const NOW = 1_764_200_000_000;
const failed = {
  message: 'column due.x does not exist',
  stack: 'error: column\n    at /app/fixtures/services/database.ts:81:8',
};
const failing = describeService('notification-daemon', [
  line({ level: 'error', msg: `The scheduler failed: ${failed.message}`, time: NOW, err: failed }),
]);
const workNow = asked({
  path: 'none',
  askedAt: NOW - 1,
  subject: { kind: 'work', statement: 'it', services: ['notification-daemon'] },
});

/** So many rows that were due, and of how many the event was announced. */
const done = (processed: number, announced: number) =>
  asked({
    path: 'none',
    subject: { kind: 'work', statement: 'the work on 1 due row', services: ['bot-service'] },
    condition: { kind: 'stated', statement: 'is done' },
    seen: { kind: 'answer', json: JSON.stringify({ processed, announced }) },
  });
/** The depth of a queue, of which 7 is asked for. */
const depth = (value: number) =>
  asked({
    path: 'remote write',
    subject: {
      kind: 'scraped metric',
      expression: 'rabbitmq_queue_messages',
      metric: 'rabbitmq_queue_messages',
      labels: { job: 'j', instance: 'i', queue: 'q' },
      source: 'rabbitmq',
    },
    condition: { kind: 'value', is: 'equal', value: 7 },
    seen: { kind: 'values', count: 1, values: [value] },
  });

const queue = { name: 'bot.events', unacknowledged: 8, ready: 2, consumers: 1, acknowledged: 0 };
const job = (id: string, spanId: string, name = 'scheduled.X', more = {}) =>
  withAttributes('notification-daemon', spanId, '', name, { 'scheduler.job_id': id }, more);
const daemon = started({}, 'notification-daemon');
const publish = (id: string, spanId: string) =>
  withAttributes('notification-daemon', spanId, ONE, 'publish x', { 'messaging.message.id': id });
const FAILED = { status: { code: 2 } };

const interaction = { name: 'discord.on_interaction', attributes: { 'discord.user_id': '946742351679923690' } };
const command = { name: 'discord.command.x', attributes: interaction.attributes };
const bot = started({}, 'bot');
const ofBot = (spanId: string, parent: string, name: string, attributes: Attributes = interaction.attributes) =>
  withAttributes('bot-service', spanId, parent, name, attributes);
const searched = about({
  kind: 'traces',
  query: '{name="discord.on_interaction" && span.discord.user_id="946742351679923690"}',
});

const databaseChild = {
  kind: 'server',
  children: [{ kind: 'client', attributes: { 'db.system.name|db.system': 'postgresql' } }],
};
/** The health check of the API, as it was answered. */
const answered = (json: object) =>
  asked({
    path: 'none',
    subject: { kind: 'work', statement: 'GET /health', services: ['api-service'] },
    condition: { kind: 'answer', status: 200, members: { status: 'healthy' } },
    seen: { kind: 'answer', json: JSON.stringify({ status: 200, json }) },
  });
const gauge = about(
  { kind: 'OTLP metric', metric: 'active', service: 'api-service' },
  { condition: { kind: 'value', is: 'below', value: 5 }, seen: { kind: 'values', count: 1, values: [16] } },
);
/** What should not ask the database. */
const uncached = { kind: 'server', lacks: { attributes: { 'db.system.name|db.system': 'postgresql' } } };
const cached = { kind: 'server', children: [{ name: '/^set/i', attributes: { 'db.system.name|db.system': 'redis' } }] };
const child = (id: string, attributes: Attributes) =>
  withAttributes('api-service', id, ONE, String(attributes['db.query.text']).split(' ')[0] ?? '', attributes);
const readAgain = [
  span('api-service', ONE, '', 'GET', 2),
  child(TWO, { 'db.system.name': 'redis', 'db.query.text': 'get api:x' }),
  child(THREE, { 'db.system.name': 'redis', 'db.query.text': 'set api:y [3 other arguments]' }),
  child('f'.repeat(16), { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT 1' }),
] as const;
const requests = [ONE, TWO, THREE].map((id, n) => {
  const found = span('api-service', id, '', 'GET', 2);
  return n === 0 ? found : { ...found, span: { ...found.span, traceId: `${n}`.repeat(32) as typeof TRACE } };
});
const asksFor = (request: string) =>
  about({ kind: 'traces', query: '{span.user_agent.original="x"}', services: ['api-service'], request });
/** What the API has made of requests for games. */
const requested = [ONE, TWO, THREE].map((id) =>
  withAttributes('api-service', id, '', 'GET', { 'http.request.method': 'GET', 'url.path': '/api/games' }, { kind: 2 }),
);
const stated = (json: string) =>
  about(
    { kind: 'logs', query: '{service_name="api-service"}' },
    { condition: { kind: 'stated', statement: 'has an error' }, seen: { kind: 'answer', count: 1, json } },
  );
const nearest = (found: string, wanted = '/api/games') =>
  about(
    { kind: 'OTLP metric', metric: 'http_count', service: 'api-service' },
    {
      nearest: {
        kind: 'other labels',
        metric: 'http_count',
        wanted: { http_route: wanted },
        found: [{ http_route: found }],
      },
    },
  );

/** Rules about what the backend has of services, and RabbitMQ of their messages. */
export const seenCases = {
  'service keeps no context': {
    speaks: {
      ...search,
      services: [describeService('api', [line({ telemetry: { ...registered, isContextKept: false } })])],
    },
    finds: { service: 'api' },
    silent: {
      'it keeps it': { ...search, services: [describeService('api', [line({ telemetry: registered })])] },
      'it does not say': { ...search, services: [started()] },
    },
  },
  'service gives up early': {
    speaks: { ...search, services: [started({ OTEL_EXPORTER_OTLP_TIMEOUT: '1' })] },
    finds: { milliseconds: 1, set: { variable: 'OTEL_EXPORTER_OTLP_TIMEOUT' } },
    silent: {
      'it waits for long': { ...search, services: [started({ OTEL_EXPORTER_OTLP_TIMEOUT: '5000' })] },
      'that is another signal': { ...search, services: [started({ OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '1' })] },
    },
  },
  'service message unroutable': {
    speaks: {
      ...work,
      services: [returning('game.reminder_due', 'game.reminder_due')],
      broker: {
        held: [],
        exchanges: [{ name: 'events', type: 'topic', bindings: 1 }],
        shared: [],
        waiting: [],
        messages: 0,
      },
    },
    finds: { routingKey: 'game.reminder_due', bindings: [{ key: 'game.created' }], type: 'topic' },
    silent: {
      'one was returned while a queue was bound again': { ...work, services: [returning('game.reminder_due')] },
      'they had other keys': { ...work, services: [returning('a', 'b')] },
      'nothing was returned': { ...work, services: [daemon] },
    },
  },
  'messages not acknowledged': {
    speaks: { ...work, broker: { ...quiet, held: [queue] } },
    finds: { queue: 'bot.events', unacknowledged: 8, ready: 2 },
    silent: {
      'no consumer is there': { ...work, broker: { ...quiet, held: [{ ...queue, consumers: 0 }] } },
      'all are acknowledged': { ...work, broker: quiet },
      'the criterion asks for metrics': { ...metric, broker: { ...quiet, held: [queue] } },
    },
  },
  'event lost': {
    speaks: { ...done(1, 0), delay: 'never' },
    finds: { processed: 1, announced: 0 },
    silent: {
      'all were handled': { ...done(1, 1), delay: 'never' },
      'the row is not done either': { ...done(0, 0), delay: 'never' },
      'it was merely late': { ...done(1, 0), delay: 24_000 },
    },
  },
  'dead letters wait': {
    speaks: { ...rejected, broker: { ...quiet, waiting: [{ name: 'bot.events.dead_letters', ready: 3 }] } },
    finds: { queue: 'bot.events.dead_letters', messages: 3 },
    silent: {
      'they are worked off': { ...rejected, broker: quiet },
    },
  },
  'dead letter lost': {
    speaks: { ...rejected, delay: 'never', broker: quiet },
    finds: {},
    silent: {
      'it waits in a queue': { ...rejected, delay: 'never', broker: { ...quiet, messages: 1 } },
      'it was merely late': { ...rejected, delay: 24_000, broker: quiet },
      'RabbitMQ was not asked': { ...rejected, delay: 'never' },
      'other work is asked for': { ...work, delay: 'never', broker: quiet },
    },
  },
  'row not taken': {
    speaks: untaken({ published: 0, processed: 0, announced: 0 }),
    finds: { service: 'status-transition-daemon' },
    silent: {
      'it was published': untaken({ published: 2, processed: 0, announced: 0 }),
      'some were done': untaken({ processed: 1, announced: 0 }),
      'the daemon does not work': {
        ...untaken({ processed: 0, announced: 0 }),
        faulty: [
          { part: 'status-transition-daemon', address: 'h:1', fault: 'unhealthy', reason: 'loop: it did not answer' },
        ],
      },
      'a part gives no answer': {
        ...untaken({ processed: 0, announced: 0 }),
        unreachable: [{ part: 'postgres', address: 'h:1' }],
      },
    },
  },
  'queue shared': {
    speaks: { ...work, broker: { ...quiet, shared: [{ name: 'bot.events', consumers: 2 }] } },
    finds: { queue: 'bot.events', consumers: 2 },
    silent: {
      'there is one': { ...work, broker: quiet },
      'the run did not start it': {
        ...work,
        run: sampleRun({ stack: 'external' }),
        broker: { ...quiet, shared: [{ name: 'bot.events', consumers: 2 }] },
      },
    },
  },
  'source says so': {
    speaks: { ...depth(5), sourceValue: 5 },
    finds: { metric: 'rabbitmq_queue_messages', value: 5, wanted: '7', queue: 'q' },
    silent: {
      'it says another': { ...depth(5), sourceValue: 7 },
      'it could not be asked': depth(5),
    },
  },
  'service fails': {
    speaks: { ...workNow, services: [failing] },
    finds: { reason: failed.message, place: 'fixtures/services/database.ts:81' },
    silent: {
      'that was before': {
        ...asked({ path: 'none', askedAt: NOW + 1, subject: { kind: 'work', statement: 'it', services: [] } }),
        services: [failing],
      },
      'a request of the API failed, which others want': {
        ...workNow,
        services: [describeService('api', [line({ level: 'error', time: NOW, trace_id: '1', err: failed })])],
      },
      'it is an outage': {
        ...workNow,
        services: [describeService('bot', [line({ level: 'error', time: NOW, err: failed, outage: { of: 'Redis' } })])],
      },
      'an assertion failed': { ...error, services: [failing] },
    },
  },
  'job done again': {
    speaks: { ...work, services: [daemon], recent: [job('a', ONE), job('a', TWO), job('a', THREE)] },
    finds: { of: 'row', id: 'a', times: 3 },
    silent: {
      'they are several jobs': { ...work, services: [daemon], recent: [job('a', ONE), job('b', TWO), job('c', THREE)] },
      'it failed and was tried again': {
        ...work,
        services: [daemon],
        recent: [job('a', ONE, 'x', FAILED), job('a', TWO, 'x', FAILED), job('a', THREE)],
      },
      'another service did it': { ...work, services: [bot], recent: [job('a', ONE), job('a', TWO), job('a', THREE)] },
    },
  },
  'event published twice': {
    speaks: { ...work, services: [daemon], recent: [job('a', ONE), publish('a', TWO), publish('b', THREE)] },
    finds: { job: 'a', ids: 2 },
    silent: {
      'it is the same event': {
        ...work,
        services: [daemon],
        recent: [job('a', ONE), publish('a', TWO), publish('a', THREE)],
      },
      'it is that of another job': { ...work, services: [daemon], recent: [job('a', TWO), publish('a', ONE)] },
    },
  },
  'service cache not used': {
    speaks: { ...shaped(uncached), services: [started()], trace: readAgain },
    finds: { name: 'GET', read: ['api:x'], written: ['api:y'] },
    silent: {
      'the database was not asked': { ...shaped(uncached), services: [started()], trace: readAgain.slice(0, 2) },
      'Redis was not asked': { ...shaped(uncached), services: [started()], trace: [readAgain[0], readAgain[3]] },
      'it may ask the database': { ...shaped({ kind: 'server' }), services: [started()], trace: readAgain },
    },
  },
  'service answers otherwise': {
    speaks: { ...answered({ status: 'ok' }), services: [started()] },
    finds: { request: 'GET /health', differences: [{ of: 'status', found: '"ok"', wanted: '"healthy"' }] },
    silent: {
      'it answers as it should': { ...answered({ status: 'healthy' }), services: [started()] },
      'that is another service': { ...answered({ status: 'ok' }), services: [bot] },
      'an assertion failed': { ...error, services: [started()] },
    },
  },
  'service counts up only': {
    speaks: { ...gauge, services: [started()], course: [1, 1, 6, 16] },
    finds: { metric: 'active', values: [1, 6, 16] },
    silent: {
      'it falls': { ...gauge, services: [started()], course: [1, 16, 15] },
      'nothing is known of its course': { ...gauge, services: [started()] },
    },
  },
  'service sends changes': {
    speaks: {
      ...metric,
      services: [started({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta' })],
    },
    finds: { set: { value: 'Delta' } },
    silent: {
      'it sends totals': {
        ...metric,
        services: [started({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'cumulative' })],
      },
      'that is another signal': {
        ...search,
        services: [started({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' })],
      },
    },
  },
  'service leaves out request': {
    speaks: { ...asksFor('GET /health'), services: [started()], recent: requested, countedRoutes: ['/api/games'] },
    finds: { request: 'GET /health', count: 3, others: ['GET'] },
    silent: {
      'it counts it': {
        ...asksFor('GET /health'),
        services: [started()],
        recent: requested,
        countedRoutes: ['/api/games', '/health'],
      },
      'another of its kind has a span': {
        ...asksFor('GET /api/games'),
        services: [started()],
        recent: requested,
        countedRoutes: ['/health'],
      },
      'it counts nothing': { ...asksFor('GET /health'), services: [started()], recent: requested, countedRoutes: [] },
    },
  },
  'span fails': {
    speaks: {
      ...shaped({ kind: 'server', lacks: { kind: 'consumer', status: 'error' } }),
      services: [bot],
      trace: [span('bot-service', ONE, '', 'process', 5, { status: { code: 2, message: 'it has an unknown type' } })],
    },
    finds: { name: 'process', message: 'it has an unknown type' },
    silent: {
      'it has none': {
        ...shaped({ kind: 'server', lacks: { kind: 'consumer', status: 'error' } }),
        services: [bot],
        trace: [span('bot-service', ONE, '', 'process', 5)],
      },
      'an error is allowed': {
        ...shaped({ kind: 'server' }),
        services: [bot],
        trace: [span('bot-service', ONE, '', 'process', 5, FAILED)],
      },
    },
  },
  'child span missing': {
    speaks: { ...shaped(cached), services: [started()], trace: readAgain.slice(0, 2) },
    finds: { name: 'GET', child: '/^set/i, redis', children: ['get'] },
    silent: {
      'it is there': { ...shaped(cached), services: [started()], trace: readAgain },
      'it makes none of its kind': { ...shaped(cached), services: [started()], trace: readAgain.slice(0, 1) },
      'another service should make it': {
        ...shaped({ kind: 'server', children: [{ service: 'bot-service', name: 'x' }] }),
        services: [started()],
        trace: readAgain,
      },
    },
  },
  'span begins trace': {
    speaks: {
      ...shaped({ ...interaction, children: [command] }),
      services: [bot],
      trace: [ofBot(ONE, '', interaction.name)],
      recent: [inOtherTrace(ofBot(TWO, '', command.name))],
    },
    finds: { name: command.name, parent: interaction.name },
    silent: {
      'that one is another': {
        ...shaped({ ...interaction, children: [command] }),
        services: [bot],
        trace: [ofBot(ONE, '', interaction.name)],
        recent: [inOtherTrace(ofBot(TWO, '', command.name, { 'discord.user_id': '1' }))],
      },
      'it has a parent': {
        ...shaped({ ...interaction, children: [command] }),
        services: [bot],
        trace: [ofBot(ONE, '', interaction.name)],
        recent: [inOtherTrace(ofBot(TWO, THREE, command.name))],
      },
      'it is there': {
        ...shaped({ ...interaction, children: [command] }),
        services: [bot],
        trace: [ofBot(ONE, '', interaction.name), ofBot(TWO, ONE, command.name)],
        recent: [inOtherTrace(ofBot(TWO, '', command.name))],
      },
    },
  },
  'span differs': {
    speaks: {
      ...searched,
      services: [bot],
      recent: [ofBot(ONE, '', interaction.name, { 'discord.user': '946742351679923690' })],
    },
    finds: { differences: [{ what: 'attribute discord.user_id', found: 'discord.user=946742351679923690' }] },
    silent: {
      'that of another user is as it should be': {
        ...searched,
        services: [bot],
        recent: [ofBot(ONE, '', interaction.name, { 'discord.user_id': '1' })],
      },
      'a child has the same attributes, and its parent has not arrived': {
        ...searched,
        services: [bot],
        recent: [ofBot(ONE, TWO, command.name)],
      },
      'it is as it should be': { ...searched, services: [bot], recent: [ofBot(ONE, '', interaction.name)] },
    },
  },
  'service makes no spans': {
    speaks: { ...shaped(databaseChild), services: [started()], trace: requests.slice(0, 1), recent: requests.slice(1) },
    finds: { instrumentation: 'pg', traces: 3 },
    silent: {
      'another trace has one': {
        ...shaped(databaseChild),
        services: [started()],
        trace: requests.slice(0, 1),
        recent: [
          ...requests.slice(1),
          inOtherTrace(
            span('api-service', 'f'.repeat(16), ONE, 'pg', 3, {
              attributes: [{ key: 'db.system.name', value: { stringValue: 'postgresql' } }],
            }),
          ),
        ],
      },
      'there are few traces': {
        ...shaped(databaseChild),
        services: [started()],
        trace: requests.slice(0, 1),
        recent: [],
      },
    },
  },
  'service metric differs': {
    speaks: { ...nearest(''), services: [started()] },
    finds: { labels: [{ label: 'http_route', found: '' }] },
    silent: {
      'the service exports nothing': {
        ...about(
          { kind: 'OTLP metric', metric: 'x', service: 'api-service' },
          { nearest: { kind: 'no series', labels: { service_name: 'api-service' } } },
        ),
        services: [started()],
      },
      'it is the run that sends it': {
        ...about(
          { kind: 'OTLP metric', metric: 'x', service: 'api-service', isOwn: true },
          { nearest: { kind: 'other names', metric: 'x', labels: {}, count: 1, names: ['y'] } },
        ),
        services: [started()],
      },
    },
  },
  'telemetry without resource': {
    speaks: { ...metric, services: [started()], unnamed: { metrics: 'unknown_service:node' } },
    finds: { signal: 'metrics', name: 'unknown_service:node' },
    silent: {
      'that is another signal': { ...search, services: [started()], unnamed: { metrics: 'unknown_service:node' } },
      'all has a name': { ...metric, services: [started()], unnamed: {} },
    },
  },
  'log level differs': {
    speaks: { ...stated('[{"labels":{"detected_level":"info"},"line":"GET /api/fail: 500"}]'), services: [started()] },
    finds: { levels: ['info'] },
    silent: {
      'one is an error': { ...stated('[{"labels":{"detected_level":"error"}}]'), services: [started()] },
      'no line has a level': { ...stated('[{"labels":{}}]'), services: [started()] },
    },
  },
} satisfies Readonly<Record<string, Case>>;
