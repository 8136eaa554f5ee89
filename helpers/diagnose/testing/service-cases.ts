import type { FoundSpan } from '../../clients/tempo.ts';
import { sampleRun } from '../../clients/testing/sample-run.ts';
import type { Observation, Subject } from '../../findings/evidence.ts';
import type { TraceId } from '../../otlp/ids.ts';
import { TracesData } from '../../otlp/schema.ts';
import type { ServicePart } from '../../run/part.ts';
import type { ServiceLine } from '../service-log.ts';
import { describeService, type ServiceState } from '../service-state.ts';
import { asked, type Case, error } from './symptoms.ts';

export const TRACE = 'a'.repeat(32) as TraceId;
export const [ONE, TWO, THREE, FOUR] = ['1'.repeat(16), '2'.repeat(16), '3'.repeat(16), '4'.repeat(16)];

/** A service that says which variables it was started with. */
export function started(environment: Readonly<Record<string, string>> = {}, part: ServicePart = 'api'): ServiceState {
  return describeService(part, [line({ environment })]);
}

export function line(fields: Partial<ServiceLine>): ServiceLine {
  return { level: 'info', msg: 'a line', ...fields };
}

/** A service that can't use something. */
function lacking(of: string, fields: Partial<NonNullable<ServiceLine['outage']>> = {}): ServiceState {
  return describeService('api', [line({ environment: {} }), line({ outage: { of, reason: 'refused', ...fields } })]);
}

export function about(subject: Subject, changes: Partial<Observation> = {}) {
  return asked({ path: 'otlp', subject, seen: { kind: 'nothing' }, ...changes });
}

export const search = about({ kind: 'traces', query: '{span.user_agent.original="x"}' });
export const metric = about({ kind: 'OTLP metric', metric: 'http_server_active_requests', service: 'api-service' });
const delivery = about({ kind: 'delivery', services: ['api-service'] });
export const work = asked({
  path: 'none',
  subject: { kind: 'work', statement: 'it', services: ['notification-daemon'] },
});
const withTrace = (id: string) => about({ kind: 'logs', query: `{service_name="api-service"} | trace_id="${id}"` });
export const shaped = (shape: object) =>
  about({ kind: 'trace', traceId: TRACE }, { condition: { kind: 'span', shape: JSON.stringify(shape) } });

/** A span as Tempo answers with it. */
export function span(
  service: string,
  spanId: string,
  parentSpanId = '',
  name = 'x',
  kind = 3,
  more: object = {},
): FoundSpan {
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  const json = {
    resource: { attributes },
    scopeSpans: [{ spans: [{ traceId: TRACE, spanId, parentSpanId, name, kind, ...more }] }],
  };
  const [{ resource, scopeSpans } = { scopeSpans: [] }] = TracesData.fromJson(
    { resourceSpans: [json] },
    'hex',
  ).resourceSpans;
  const [found] = scopeSpans.flatMap(({ spans }) => spans);
  if (resource === undefined || found === undefined) throw new TypeError('it has a resource and a span');
  return { resource, span: found };
}

/** The same as a part of another trace. */
export function inOtherTrace({ resource, span: found }: FoundSpan): FoundSpan {
  return { resource, span: { ...found, traceId: 'b'.repeat(32) as TraceId } };
}

const elsewhere: ServiceState = {
  ...started({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:44444' }),
  exports: {
    traces: {
      url: 'http://127.0.0.1:44444/v1/traces',
      set: { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://127.0.0.1:44444' },
      answer: 'refused',
    },
  },
};

/** Rules about services of the application. */
export const serviceCases = {
  'service ended': {
    speaks: {
      ...search,
      services: [describeService('api', [line({ level: 'fatal', msg: "can't start: DATABASE_URL is not set" })])],
      unreachable: [{ part: 'api', address: '127.0.0.1:8000' }],
    },
    finds: { service: 'api', lastWords: "can't start: DATABASE_URL is not set" },
    silent: {
      'it accepts connections': { ...search, services: [describeService('api', [line({ level: 'fatal' })])] },
      'it has logged nothing fatal': {
        ...search,
        services: [started()],
        unreachable: [{ part: 'api', address: '127.0.0.1:8000' }],
      },
      'that is another service': {
        ...search,
        services: [describeService('bot', [line({ level: 'fatal' })])],
        unreachable: [{ part: 'api', address: '127.0.0.1:8000' }],
      },
    },
  },
  'service exports nothing': {
    speaks: { ...search, services: [started({ OTEL_TRACES_EXPORTER: 'console' })] },
    finds: { service: 'api', signals: ['traces'], set: { variable: 'OTEL_TRACES_EXPORTER', value: 'console' } },
    silent: {
      'another signal is asked about': { ...metric, services: [started({ OTEL_TRACES_EXPORTER: 'none' })] },
      'it exports both ways': { ...search, services: [started({ OTEL_TRACES_EXPORTER: 'otlp,console' })] },
      'it does not say how it was started': { ...search, services: [describeService('api', [])] },
      'an assertion failed': { ...error, services: [started({ OTEL_SDK_DISABLED: 'true' })] },
    },
  },
  'service exports elsewhere': {
    speaks: { ...search, services: [elsewhere] },
    finds: {
      signals: ['traces'],
      answer: 'refused',
      set: { value: 'http://127.0.0.1:44444' },
      right: 'http://127.0.0.1:1',
    },
    silent: {
      'that is another signal': { ...metric, services: [elsewhere] },
      'it takes what is sent there': { ...search, services: [started()] },
    },
  },
  'service export fails': {
    speaks: {
      ...search,
      services: [lacking('The collector at http://alloy:1', { address: 'http://alloy:1', signals: ['traces'] })],
    },
    finds: { address: 'http://alloy:1', reason: 'refused' },
    silent: {
      'that is another signal': {
        ...metric,
        services: [lacking('The collector', { address: 'http://alloy:1', signals: ['traces'] })],
      },
      'it is a part that it can not reach': { ...search, services: [lacking('Redis', { address: '127.0.0.1:9' })] },
    },
  },
  'service samples less': {
    speaks: {
      ...search,
      services: [started({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' })],
    },
    finds: { ratio: '0.1', set: { variable: 'OTEL_TRACES_SAMPLER' } },
    silent: {
      'it takes all': {
        ...search,
        services: [started({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1.0' })],
      },
      'no trace is asked for': { ...metric, services: [started({ OTEL_TRACES_SAMPLER: 'always_off' })] },
    },
  },
  'service has another name': {
    speaks: {
      ...search,
      services: [started({ OTEL_RESOURCE_ATTRIBUTES: 'a=b,service.name=games' })],
    },
    finds: { wanted: 'api-service', found: ['games'], set: { variable: 'OTEL_RESOURCE_ATTRIBUTES' } },
    silent: {
      'it has the right one beside': {
        ...search,
        services: [started({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=games', OTEL_SERVICE_NAME: 'api-service' })],
      },
      'another service is in the trace': {
        ...shaped({}),
        services: [describeService('bot', [])],
        trace: [span('notification-daemon', ONE)],
      },
    },
  },
  'service of another instance': {
    speaks: {
      ...metric,
      run: sampleRun({ servicesInstanceId: 'run-1' }),
      services: [started({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod' })],
    },
    finds: { wanted: 'run-1', set: { value: 'deployment.environment=prod' } },
    silent: {
      'it has it': {
        ...metric,
        run: sampleRun({ servicesInstanceId: 'run-1' }),
        services: [started({ OTEL_RESOURCE_ATTRIBUTES: 'x=y,service.instance.id=run-1' })],
      },
      'the run did not start it': { ...metric, services: [started()] },
      'the question is not about instances': {
        ...search,
        run: sampleRun({ servicesInstanceId: 'run-1' }),
        services: [started()],
      },
    },
  },
  'service not instrumented': {
    speaks: {
      ...shaped({ kind: 'server', children: [{ attributes: { 'db.system.name|db.system': 'postgresql' } }] }),
      services: [started({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,pino' })],
    },
    finds: { instrumentation: 'pg', set: { variable: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS', value: 'http,pino' } },
    silent: {
      'that makes other spans': {
        ...shaped({ kind: 'server', children: [{ attributes: { 'db.system.name|db.system': 'redis' } }] }),
        services: [started({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' })],
      },
      'that must not be in the trace': {
        ...shaped({ kind: 'server', lacks: { attributes: { 'db.system.name|db.system': 'postgresql' } } }),
        services: [started({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' })],
      },
      'the service makes the metric itself': {
        ...metric,
        services: [started({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' })],
      },
    },
  },
  'service loses context': {
    speaks: {
      ...shaped({ kind: 'producer' }),
      services: [started({}, 'notification-daemon'), started({ OTEL_PROPAGATORS: 'b3' }, 'bot')],
    },
    finds: { service: 'bot', set: { value: 'b3' } },
    silent: {
      'what it has consumed was a part of other traces': {
        ...shaped({ kind: 'producer' }),
        services: [started({}, 'notification-daemon'), started({}, 'bot')],
        recent: [span('bot-service', TWO, ONE, 'consume', 5)],
      },
      'the trace is that of one service': { ...shaped({}), services: [started({ OTEL_PROPAGATORS: 'none' })] },
      'it has that one too': { ...delivery, services: [started({ OTEL_PROPAGATORS: 'b3,tracecontext' })] },
    },
  },
  'service logs without trace': {
    speaks: { ...withTrace('1'), services: [started({ OTEL_NODE_LOG_CORRELATION: 'off' })] },
    finds: { service: 'api', set: { value: 'off' } },
    silent: {
      'no trace ID was asked for': {
        ...about({ kind: 'logs', query: '{service_name="api-service"}' }),
        services: [started({ OTEL_NODE_LOG_CORRELATION: 'off' })],
      },
      'other lines have one': { ...withTrace('1'), services: [describeService('api', [])], hasTraceIds: true },
    },
  },
  'service logs less': {
    speaks: { ...withTrace('1'), services: [started({ LOG_LEVEL: 'Error' })] },
    finds: { set: { variable: 'LOG_LEVEL', value: 'Error' } },
    silent: {
      'it logs more': { ...withTrace('1'), services: [started({ LOG_LEVEL: 'debug' })] },
      'no logs are asked for': { ...search, services: [started({ LOG_LEVEL: 'silent' })] },
    },
  },
  'service sends late': {
    speaks: { ...metric, services: [started()] },
    finds: { signal: 'metrics', milliseconds: 60_000, set: { variable: 'OTEL_METRIC_EXPORT_INTERVAL' } },
    silent: {
      'the criterion waited for longer': { ...metric, services: [started({ OTEL_METRIC_EXPORT_INTERVAL: '500' })] },
      'the run waits for as long as that': {
        ...metric,
        run: sampleRun({ intervals: { ...sampleRun().intervals, metricExport: 60_000 } }),
        services: [started({ OTEL_METRIC_EXPORT_INTERVAL: '60000' })],
      },
      'the criterion has ended early': { ...search, services: [started()] },
      'it does not say how it was started': { ...metric, services: [describeService('api', [])] },
    },
  },
  'service looks too seldom': {
    speaks: { ...work, services: [started({ DLQ_CHECK_INTERVAL_SECONDS: '3600' }, 'notification-daemon')] },
    finds: { seconds: 3600, expected: 1, set: { value: '3600' } },
    silent: {
      'it looks as often as expected': {
        ...work,
        services: [started({ DLQ_CHECK_INTERVAL_SECONDS: '1' }, 'notification-daemon')],
      },
      'that is a service without that duty': { ...work, services: [started({}, 'bot')] },
      'another trace is asked for': { ...search, services: [started({}, 'notification-daemon')] },
    },
  },
  'service limits telemetry': {
    speaks: { ...search, services: [started({ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '8' })] },
    finds: { set: { variable: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', value: '8' } },
    silent: {
      'nothing that is looked for is cut': {
        ...search,
        services: [started({ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4096' })],
      },
      'no trace is asked for': { ...metric, services: [started({ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '0' })] },
      'the queue is of another signal': { ...search, services: [started({ OTEL_BLRP_MAX_QUEUE_SIZE: '1' })] },
    },
  },
  'service lacks a part': {
    speaks: {
      ...error,
      run: sampleRun({ redis: { host: '127.0.0.1', port: 6379, password: 'x' } }),
      services: [lacking('Redis', { variable: 'REDIS_URL', address: '127.0.0.1:9/0' })],
    },
    finds: { of: 'Redis', set: { variable: 'REDIS_URL', value: '127.0.0.1:9/0' }, right: '127.0.0.1:6379' },
    silent: {
      'the criterion took it away': { ...error, takenAway: ['redis'], services: [lacking('Redis')] },
      'it is a collector': { ...error, services: [lacking('The collector at http://h', { signals: ['traces'] })] },
      'what is asked for does not depend on it': { ...withTrace('1'), services: [lacking('Redis')] },
      'it is back': {
        ...error,
        services: [
          describeService('api', [
            line({ outage: { of: 'Redis', reason: 'refused' } }),
            line({ outage: { of: 'Redis', isOver: true } }),
          ]),
        ],
      },
    },
  },
  'parent span missing': {
    speaks: {
      ...shaped({ root: true }),
      services: [started()],
      trace: [span('api-service', TWO, ONE, 'pg.query')],
      recent: [inOtherTrace(span('api-service', THREE, ONE, 'pg.query'))],
    },
    finds: { traceId: TRACE, children: ['pg.query'] },
    silent: {
      'the parent is there': {
        ...shaped({ root: true }),
        services: [started()],
        trace: [span('bot-service', ONE), span('api-service', TWO, ONE)],
        recent: [inOtherTrace(span('api-service', THREE, ONE, 'y'))],
      },
      'it is so in one trace of several, as where an export was lost': {
        ...shaped({ root: true }),
        services: [started()],
        trace: [span('api-service', TWO, ONE)],
        recent: [inOtherTrace(span('api-service', THREE, FOUR)), inOtherTrace(span('api-service', FOUR))],
      },
      'they are requests that the run has sent as parts of traces': {
        ...shaped({ root: true }),
        services: [started()],
        trace: [span('api-service', TWO, ONE, 'GET', 2)],
        recent: [inOtherTrace(span('api-service', THREE, ONE, 'GET', 2))],
      },
      'another service has made them': {
        ...shaped({ root: true }),
        services: [started()],
        trace: [span('bot-service', TWO, ONE)],
        recent: [inOtherTrace(span('bot-service', THREE, ONE))],
      },
    },
  },
  'service sends no signal': {
    speaks: { ...search, services: [describeService('api', [])], held: { api: ['metrics', 'logs'] } },
    finds: { signal: 'traces', others: ['metrics', 'logs'] },
    silent: {
      'it sends some': { ...search, services: [describeService('api', [])], held: { api: ['traces', 'logs'] } },
      'it sends nothing at all': { ...search, services: [describeService('api', [])], held: { api: [] } },
      'that is another service': { ...search, services: [describeService('api', [])], held: { bot: ['logs'] } },
    },
  },
} satisfies Readonly<Record<string, Case>>;
