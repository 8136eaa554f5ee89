import type { ServicePart } from '../run/part.ts';
import type { EndpointAnswer, Finding, FindingKind, ServiceVariable, Signal } from './finding.ts';
import { adviseOnDeniedCommand, list, SERVICE_TITLES, type Sentences } from './words.ts';

type ServiceFinding = Extract<Finding, { readonly service: ServicePart }>;

/** The words for findings about services of the application. */
export const SERVICE_SENTENCES: Pick<Sentences, ServiceFinding['kind']> = {
  'service ended': ({ service, lastWords }) => ({
    cause: `${name(service)} has ended: ${lastWords}`,
    fix: `Correct that in the environment of ${name(service)}, and start it again`,
  }),

  'service exports nothing': ({ service, signals, set }) => ({
    cause: `${name(service)} exports no ${list(signals)} over OTLP: ${show(set)}`,
    fix: set.variable.endsWith('_PROTOCOL')
      ? `Set ${set.variable} of ${name(service)} to http/protobuf, or remove it`
      : `Remove ${set.variable} from the environment of ${name(service)}${set.variable.endsWith('_EXPORTER') ? ', or set it to otlp' : ''}`,
  }),

  'service exports elsewhere': ({ service, signals, url, answer, set, right, owner }) => ({
    cause: `${name(service)} exports its ${list(signals)} to ${url}, ${describeAnswer(answer, owner)}: ${show(set)}`,
    fix: `${right === undefined ? 'Correct' : 'Set'} ${set.variable} of ${name(service)}${
      right === undefined ? '' : ` to ${right}`
    }: ${describePaths(set.variable)}`,
  }),

  'service export fails': ({ service, address, reason, timeout, isInCode }) => ({
    cause: `${name(service)} can't export to ${address}: ${reason}${timeout === undefined ? '' : ` (${show(timeout)})`}`,
    fix:
      isInCode === true
        ? `Have ${name(service)} take the URL of its exporters from OTEL_EXPORTER_OTLP_ENDPOINT, which leads to the right path: a url that is given to an exporter in code is used as it is, without /v1/traces, /v1/metrics or /v1/logs`
        : timeout === undefined
          ? `Check that OTEL_EXPORTER_OTLP_ENDPOINT of ${name(service)} leads to an otelcol.receiver.otlp of Alloy, for OTLP/HTTP, as ${name(service)} reaches it`
          : `Remove ${timeout.variable} from the environment of ${name(service)}, or set it to 10000: it is in milliseconds`,
  }),

  'service samples less': ({ service, set, ratio, recorded = 0 }) => ({
    cause:
      set === undefined
        ? `${name(service)} records ${recorded === 0 ? 'no trace' : `${recorded} of 100 traces`} that it begins, and no variable asks for that`
        : `${name(service)} records ${ratio === undefined ? 'no trace' : `only a share of ${ratio} of its traces`}: its sampler is ${show(set)}`,
    fix:
      set === undefined
        ? `Have ${name(service)} give its tracer provider the sampler that OTEL_TRACES_SAMPLER says, parentbased_always_on by default, and register that provider (fixtures/services/telemetry/start.ts)`
        : `Set ${set.variable} of ${name(service)} to parentbased_always_on, or remove it${ratio === undefined ? '' : ' and OTEL_TRACES_SAMPLER_ARG'}; Alloy or Grafana Cloud can sample what arrives`,
  }),

  'service has another name': ({ service, wanted, found, set }) => ({
    cause: `${name(service)} sends its telemetry with service.name ${list(found)} instead of ${wanted}${set === undefined ? '' : `: ${show(set)}`}`,
    fix: `Set OTEL_SERVICE_NAME of ${name(service)} to ${wanted}${
      set?.variable === 'OTEL_RESOURCE_ATTRIBUTES' ? ', or service.name in its OTEL_RESOURCE_ATTRIBUTES' : ''
    }`,
  }),

  'service of another instance': ({ service, wanted, set }) => ({
    cause: `${name(service)} does not send service.instance.id=${wanted}, by which this run finds its telemetry: ${show(set)}`,
    fix: `Let OTEL_RESOURCE_ATTRIBUTES of ${name(service)} have service.instance.id=${wanted}, beside what it has`,
  }),

  'service not instrumented': ({ service, instrumentation, set }) => ({
    cause: `the instrumentation of ${instrumentation} is off in ${name(service)}: ${show(set)}`,
    fix: set.variable.includes('ENABLED')
      ? `Add ${instrumentation} to ${set.variable} of ${name(service)}, or remove that variable`
      : `Remove ${instrumentation} from ${set.variable} of ${name(service)}`,
  }),

  'service keeps no context': ({ service }) => ({
    cause: `${name(service)} keeps no context: no span, log or metric of it knows the span around it`,
    fix: `Register a context manager in ${name(service)} before anything is instrumented (context.setGlobalContextManager in fixtures/services/telemetry/start.ts)`,
  }),

  'service gives up early': ({ service, milliseconds, set }) => ({
    cause: `${name(service)} gives up an export after ${milliseconds} ms, before it can be answered: ${show(set)}`,
    fix: `Remove ${set.variable} from the environment of ${name(service)}, or set it to 10000: it is in milliseconds`,
  }),

  'service loses context': ({ service, set, isUnregistered, isLinked }) =>
    isLinked
      ? {
          cause: `${name(service)} begins traces of its own with the messages that it consumes, and only links them to those of the publisher`,
          fix: `Let the span of a consumer in ${name(service)} have the publisher's as its parent: useLinksForConsume of the instrumentation of amqplib off, its default`,
        }
      : isUnregistered
        ? {
            cause: `${name(service)} neither takes nor passes on the W3C trace context, so that its spans begin traces of their own: it has registered no propagator for it`,
            fix: `Register one in ${name(service)} (propagation.setGlobalPropagator in fixtures/services/telemetry/start.ts)`,
          }
        : set === undefined
          ? {
              cause: `${name(service)} begins traces of its own with the messages that it consumes: their headers bring no trace context`,
              fix: 'Let the publisher inject the context into the headers of each message, and the consumer extract it: the instrumentation of amqplib does both',
            }
          : {
              cause: `${name(service)} neither takes nor passes on the W3C trace context, so that its spans begin traces of their own: ${show(set)}`,
              fix: `Set ${set.variable} of ${name(service)} to tracecontext,baggage, or remove it`,
            },

  'service logs without trace': ({ service, set, line }) => ({
    cause:
      line !== undefined
        ? `a log line of ${name(service)} about the request carries no trace_id, as others do: it was written outside of the context of the request: ${line}`
        : `the logs of ${name(service)} carry no trace_id${set === undefined ? '' : ': log correlation is off'}${set === undefined ? '' : ` (${show(set)})`}`,
    fix:
      line !== undefined
        ? `Have ${name(service)} log it while the span of the request is active (context.with), also in a callback`
        : set === undefined
          ? `Turn log correlation on in ${name(service)}: its logger's instrumentation adds trace_id and span_id to each record inside a span`
          : `Remove ${set.variable} from the environment of ${name(service)}`,
  }),

  'service logs less': ({ service, set }) => ({
    cause: `${name(service)} logs nothing below the level ${set.value}: ${show(set)}`,
    fix: `Set ${set.variable} of ${name(service)} to info`,
  }),

  'service sends late': ({ service, signal, milliseconds, set, isFixed }) => ({
    cause: `${name(service)} exports its ${signal} every ${milliseconds / 1000} s, which is longer than the criteria wait${
      isFixed ? `, and does not follow ${show(set)}` : `: ${show(set)}`
    }`,
    fix: isFixed
      ? `Have ${name(service)} take the interval from ${set.variable} (fixtures/services/telemetry/start.ts)`
      : `Set ${set.variable} of ${name(service)} to a shorter interval, in milliseconds`,
  }),

  'service looks too seldom': ({ service, seconds, expected, set }) => ({
    cause: `${name(service)} looks at the dead-letter queue every ${seconds} s, where this run expects ${expected} s: ${show(set)}`,
    fix: `Set ${set.variable} of ${name(service)} to ${expected}`,
  }),

  'service limits telemetry': ({ service, set, dropped }) => ({
    cause: `${name(service)} ${
      dropped !== undefined
        ? `drops ${dropped} that its queue has no room for`
        : 'cuts what the criteria look for from its spans'
    }: ${show(set)}`,
    fix: `Remove ${set.variable} from the environment of ${name(service)}`,
  }),

  'service lacks a part': ({ service, of, reason, set, right, isThere }) => ({
    cause: `${name(service)} can't use ${of}: ${reason}${set === undefined ? '' : ` (${set.variable} leads to ${set.value})`}`,
    fix: adviseOnPart(of, reason, set, right, service, isThere),
  }),

  'service sends no signal': ({ service, signal, others, isUnexplained }) => ({
    cause: `${name(service)} sends no ${signal}: the backend has its ${list(others)} of this run${
      isUnexplained ? ', and no variable that it was started with is why' : ''
    }`,
    fix: isUnexplained
      ? `Look at how ${name(service)} sets up its ${signal} (fixtures/services/telemetry/start.ts): ${CODE_OF_SILENCE[signal]}`
      : `Look at the environment of ${name(service)}: ${CAUSES_OF_SILENCE[signal]}`,
  }),

  'service message unroutable': ({ service, exchange, routingKey, bindings, type }) => {
    const keys = bindings.map(({ queue, key }) => `${queue} with ${key === '' ? 'an empty key' : key}`);
    const only =
      keys.length === 0
        ? 'no queue is bound to it'
        : `only ${list(keys)} ${keys.length === 1 ? 'is' : 'are'} bound to it`;
    const isLiteral = type === 'direct' && bindings.some(({ key }) => /[#*]/.test(key));
    return {
      cause: `RabbitMQ returns what ${name(service)} publishes to ${exchange} with the routing key ${routingKey}, because no queue takes it: ${only}${
        isLiteral ? `, and the exchange is of type ${type}, which takes # and * literally` : ''
      }`,
      fix: isLiteral
        ? `Declare ${exchange} as a topic exchange, or bind the queue with ${routingKey} (declareTopology in fixtures/services/messaging/topology.ts); delete the exchange first, as it keeps its type`
        : `Bind the queue that is to get it to ${exchange} with a key that ${routingKey} matches${type === undefined || type === 'topic' ? ', such as #' : ''} (bindQueue in fixtures/services/messaging/topology.ts)`,
    };
  },

  'service fails': ({ service, message, reason, place, inDatabase }) => {
    const said = message.includes(reason) ? message : `${message}: ${reason}`;
    const at = place === undefined ? '' : ` at ${place}`;
    if (inDatabase !== undefined) {
      const where = inDatabase.split('\n')[0] ?? '';
      return {
        cause: `PostgreSQL refuses what ${name(service)} does${at}: ${said}${where === '' ? '' : ` (${where})`}`,
        fix: `Correct ${where === '' ? `the statement of ${name(service)}, or the table that it is about` : `that in PostgreSQL, ${where}`}, so that the two agree`,
      };
    }
    return {
      cause: `${name(service)} fails${at}: ${said}`,
      fix: place === undefined ? `Correct what ${name(service)} does there; its log has more` : `Correct ${place}`,
    };
  },

  'job done again': ({ service, name: span, id, of, times }) => ({
    cause: `${name(service)} has done the ${of} ${id} at least ${times} times without an error (${span}): it does not note that it is done`,
    fix:
      of === 'row'
        ? `Have ${name(service)} mark the row as processed in the transaction that does it (markProcessed in fixtures/services/scheduler/due-rows.ts)`
        : `Have ${name(service)} delete or mark the event in the transaction that publishes it (fixtures/services/api/outbox.ts)`,
  }),

  'event published twice': ({ service, name: span, job, ids }) => ({
    cause: `${name(service)} publishes ${ids} events for one row, each with a message_id of its own, so that the consumer handles all of them (${span} of ${job})`,
    fix: `Have ${name(service)} publish one event for each row, with the ID of the row as its message_id (processNext in fixtures/services/scheduler/process-next.ts)`,
  }),

  'span begins trace': ({ service, name: span, traceId, parent }) => ({
    cause: `the span ${span} of ${name(service)} begins a trace of its own, ${traceId}${parent === undefined ? '' : `, instead of being part of that of ${parent}`}`,
    fix:
      service === 'api' && span.startsWith('publish ')
        ? 'Store the context of the request with the event, and publish it in that context: propagation.inject and propagation.extract in fixtures/services/api/outbox.ts'
        : `Start ${span} where the context of its trace is active: without root: true or ROOT_CONTEXT, and within the callback of the span around it`,
  }),

  'service cache not used': ({ service, name: span, read, written }) => {
    const never = written.filter((key) => !read.includes(key));
    const writes =
      written.length === 0
        ? 'and writes nothing to Redis'
        : never.length > 0
          ? `and writes ${list(never)}, which it has not read`
          : `and writes ${list(written)} again`;
    return {
      cause: `${span} of ${name(service)} is not answered from its cache: it reads ${list(read)} from Redis, queries the database all the same, ${writes}`,
      fix:
        written.length === 0
          ? `Have ${name(service)} write to Redis what it has loaded`
          : never.length > 0
            ? `Have ${name(service)} read and write the same keys`
            : `Look at what ${name(service)} keeps under ${list(written)}, for how long (TTL ${written[0]} in redis-cli), and when it takes it for valid`,
    };
  },

  'service answers otherwise': ({ service, request, body, differences }) => ({
    cause: `${name(service)} answers ${request} with ${differences
      .map(({ of, wanted, found }) =>
        found === undefined ? `no ${of}, which should be ${wanted}` : `${of} ${found}, not ${wanted}`,
      )
      .join(', and ')}${body === '' || differences.some(({ of }) => of !== 'HTTP status') ? '' : `: ${body}`}`,
    fix: `Correct what ${name(service)} answers to ${request}`,
  }),

  'service counts up only': ({ service, metric, values }) => {
    const [first = 0] = values;
    return {
      cause:
        first < 0
          ? `${metric} of ${name(service)} is ${first} in one of its series: what is taken off has other attributes than what was added`
          : `${metric} of ${name(service)} only rises: ${values.join(', ')}; what it counts has ended since, and is never taken off`,
      fix: `Have ${name(service)} subtract from ${metric} when a request ends, also where the client closes it, with the attributes with which it was added`,
    };
  },

  'service sends changes': ({ service, set }) => ({
    cause: `${name(service)} exports its metrics as changes since the last export (delta temporality), which Grafana Cloud refuses: ${show(set)}`,
    fix: `Set ${set.variable} of ${name(service)} to cumulative, or remove it`,
  }),

  'service leaves out request': ({ service, request, count, others }) => ({
    cause: `${name(service)} makes no span of ${request}, and has made one of ${count} other requests: ${list(others)}`,
    fix: `Look at what ${name(service)} leaves out of tracing (ignoreIncomingRequestHook of the instrumentation of http, a sampler by path), and take ${request} out of that`,
  }),

  'span fails': ({ service, name: span, message }) => ({
    cause: `the span ${span} of ${name(service)} has failed${message === '' ? '' : `: ${message}`}`,
    fix: `Correct what ${name(service)} does there, or what it is given: who publishes a message has to write what its consumer reads`,
  }),

  'child span missing': ({ service, name: span, child, children, holder, others }) => ({
    cause:
      `the span ${span} of ${name(service)} has no child that is ${child}: ` +
      (holder === undefined
        ? children.length === 0
          ? 'it has none'
          : `its children are ${list(children)}`
        : `that is a child of ${holder}`) +
      (others === undefined
        ? ''
        : `; ${others.having} of ${others.count} other spans of this name ${others.having === 1 ? 'has' : 'have'} one`),
    fix:
      holder === undefined && others !== undefined
        ? `See that nothing in ${name(service)} leaves out spans (a span processor or sampler that filters by duration, name or attribute: fixtures/services/telemetry/start.ts), and that it does in each ${span} what makes that span`
        : holder === undefined
          ? `See that ${name(service)} does in ${span} what makes that span; the instrumentation works, as others of its kind are there`
          : `Let ${name(service)} do what makes it in the context of ${span}`,
  }),

  'span differs': ({ service, name: span, differences }) => ({
    cause: `the span ${span} of ${name(service)} ${differences.map(describeDifference).join('; and it ')}`,
    fix: `Correct ${list(differences.map(({ what, wanted }) => (wanted === undefined ? what : `${what} to ${wanted}`)))} where ${name(service)} makes the span${
      differences.some(({ what }) => what === 'attribute http.route')
        ? ': the instrumentation of http takes the route, for the name as well, from the RPC metadata of the context'
        : ''
    }`,
  }),

  'service makes no spans': ({ service, instrumentation, traces, isEnabled }) => ({
    cause: `${name(service)} makes no spans of ${instrumentation}: none of its ${traces} newest traces has one${
      isEnabled === undefined
        ? ''
        : isEnabled
          ? ', although it says that it has instrumented it'
          : ', and it is not among what it says that it has instrumented'
    }`,
    fix:
      isEnabled === false
        ? `Add the instrumentation of ${instrumentation} to those of ${name(service)}`
        : `Let ${name(service)} register the instrumentation of ${instrumentation} before it loads that package, and see that the context of the request is active when it is used`,
  }),

  'service metric differs': ({ service, metrics, count, names = [], suffixed = [], labels = [] }) => {
    const metric = metrics.join(' or ');
    const lacking = labels.filter(({ found }) => found === '').map(({ label }) => label);
    if (labels.length > 0) {
      return {
        cause: `${metric} of ${name(service)} ${
          lacking.length > 0
            ? `has no label ${list(lacking)}`
            : `has ${labels.map(({ label, found, wanted }) => `${label}="${found}", not "${wanted}"`).join(', ')}`
        }`,
        fix: `Record it with the attribute${labels.length === 1 ? '' : 's'} ${list(labels.map(({ label }) => label.replaceAll('_', '.')))}, and let no view take them away${
          lacking.includes('http_route')
            ? ': the instrumentation of http takes http.route from the RPC metadata of the context (observeRequests in fixtures/services/api/observe.ts)'
            : ''
        }`,
      };
    }
    const [nearest] = suffixed.length > 0 ? suffixed : names;
    return {
      cause: `${name(service)} exports no metric ${metric}: of its ${count} metrics, ${nearest} is the nearest`,
      fix:
        suffixed.length > 0
          ? `Correct the unit or the kind of that instrument: after OTLP ingestion they are a suffix of its name, here ${nearest?.slice(metrics.find((one) => nearest.startsWith(one))?.length)}`
          : /^http_(?:server|client)_(?:request_)?duration/.test(metric)
            ? `Let ${name(service)} give the instrumentation of http its meter provider (setMeterProvider), and let no view drop or rename that metric: the instrumentation makes it`
            : `Create the instrument under that name (with dots for underscores, and without the suffix of its unit), record it at each event, and let no view drop or rename it`,
    };
  },

  'telemetry without resource': ({ service, signal, name: found, isAll }) =>
    isAll
      ? {
          cause: `traces, metrics and logs arrive under service.name ${found}, which is what an SDK gives where it is told none: ${name(service)} builds its resource without its own name`,
          fix: `Have the resource of ${name(service)} keep what OTEL_SERVICE_NAME says (fixtures/services/telemetry/start.ts): detect it (envDetector), and merge it over the default, defaultResource().merge(detected), as the one that is merged wins`,
        }
      : {
          cause: `${signal} arrive under service.name ${found}, and none of ${name(service)}: its provider of ${signal} has not been given the resource`,
          fix: `Give the provider of ${signal} in ${name(service)} the same resource as the others (new …Provider({ resource, … }))`,
        },

  'row not taken': ({ service }) => ({
    cause: `${name(service)} has not taken a row that is due: nothing of it is published, and it is not marked as processed`,
    fix: `See that ${name(service)} is woken when a row changes: the channel of pg_notify in fixtures/postgres/2-schema.sql has to be the one on which it listens (fixtures/services/scheduler/loop.ts); and that its query finds the row (fixtures/services/scheduler/due-rows.ts)`,
  }),

  'log level differs': ({ service, levels }) => ({
    cause: `${name(service)} logs no error there: its lines have the level ${list(levels)}`,
    fix: `Log the error with the level error in ${name(service)} (log.error)`,
  }),

  'parent span missing': ({ service, traceId, children }) => ({
    cause: `the trace ${traceId} has spans of ${name(service)} whose parent never arrived: ${list(children)}`,
    fix: `See that ${name(service)} ends the span around them (span.end(), in every case), and does not drop it (OTEL_BSP_MAX_QUEUE_SIZE)`,
  }),
};

const CODE_OF_SILENCE: Readonly<Record<Signal, string>> = {
  traces: 'the URL of the exporter, the delay of the span processor, and whether the provider is registered',
  metrics: 'the URL and the interval of the exporter, the resource, and whether the provider is registered',
  logs: 'the URL of the exporter, the delay of the processor, whether the logger is created after it was instrumented, and whether the instrumentation passes lines on (disableLogSending)',
};

const CAUSES_OF_SILENCE: Readonly<Record<Signal, string>> = {
  traces: 'OTEL_TRACES_EXPORTER, OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT decide about its traces',
  metrics:
    'OTEL_METRICS_EXPORTER, OTEL_METRIC_EXPORT_INTERVAL and OTEL_EXPORTER_OTLP_METRICS_ENDPOINT decide about its metrics',
  logs: 'OTEL_LOGS_EXPORTER, LOG_LEVEL and OTEL_EXPORTER_OTLP_LOGS_ENDPOINT decide about its logs',
};

function describeDifference({ what, wanted, found }: FindingKind<'span differs'>['differences'][number]): string {
  if (what === 'name') return `is called ${found}`;
  if (what === 'root') return 'has a parent, and should begin its trace';
  if (what === 'kind') return `is of kind ${found}, not ${wanted}`;
  if (what === 'status') return `has not the status ${wanted}`;
  if (found === undefined) return `has no ${what}`;
  return wanted === undefined ? `has no ${what}, but ${found}` : `has ${found}, not ${wanted}`;
}

function adviseOnPart(
  of: string,
  reason: string,
  set: ServiceVariable | undefined,
  right: string | undefined,
  service: ServicePart,
  isThere: boolean | undefined,
): string {
  const denied = adviseOnDeniedCommand(reason);
  if (denied !== undefined) return denied;
  const variable = set === undefined ? `the address of ${of}` : set.variable;
  if (/WRONGPASS|NOAUTH|password|authentication|ACCESS[_-]REFUSED|\b403\b|role "/i.test(reason)) {
    return `Correct the user and password in ${variable} of ${name(service)}`;
  }
  if (/database "[^"]*" does not exist/.test(reason)) return `Correct the database in ${variable} of ${name(service)}`;
  if (/(?:statement|lock) timeout/.test(reason)) {
    return `See what ${of} lets ${name(service)} wait for (SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity), and its statement_timeout`;
  }
  // The login was accepted, and the virtual host was not opened (AMQP 0-9-1, connection.open).
  if (/NOT[_-]ALLOWED|\b530\b|ConnectionOpenOk/i.test(reason)) {
    return `Correct the virtual host in ${variable} of ${name(service)}`;
  }
  if (/PRECONDITION[_-]FAILED - inequivalent arg/i.test(reason)) {
    return `Delete that queue or exchange, and let ${name(service)} declare it again: it has other arguments now`;
  }
  if (right !== undefined) return `Set host and port in ${variable} of ${name(service)} to those of ${of}: ${right}`;
  if (isThere === true) {
    const use = /^timeout exceeded when trying to connect/.test(reason)
      ? `all connections of its pool are in use: they are not released, or the pool is too small`
      : /timed out|timeout/i.test(reason)
        ? `the time that it allows may be too short`
        : 'its log says more';
    return `Look at how ${name(service)} uses ${of}, which gives this run its answers at that address: ${use}`;
  }
  return `Start ${of}, or correct the host and port in ${variable} of ${name(service)}`;
}

function describePaths(variable: string): string {
  return variable === 'OTEL_EXPORTER_OTLP_ENDPOINT'
    ? 'the exporters add /v1/traces, /v1/metrics and /v1/logs themselves'
    : 'it is used as it is, with its path';
}

function describeAnswer(answer: EndpointAnswer, owner: 'gRPC receiver' | 'HTTP server' | undefined): string {
  const ofOwner = owner === 'gRPC receiver' ? "Alloy's receiver for OTLP/gRPC" : "Alloy's own HTTP server";
  if (typeof answer === 'number') {
    return `where ${owner === undefined ? 'what listens' : ofOwner} answers HTTP ${answer}`;
  }
  switch (answer) {
    case 'refused':
      return 'where nothing listens (connection refused)';
    case 'no URL':
      return 'which is not an HTTP URL';
    case 'no TLS':
      return 'where plain HTTP is spoken, and https:// needs TLS';
    case 'another receiver':
      return "which is not the receiver of this run's Alloy";
    case 'another protocol':
      return owner === undefined
        ? 'where what listens does not speak HTTP/1.1 (gRPC has another port than OTLP/HTTP)'
        : `where ${ofOwner} listens, which does not speak HTTP/1.1`;
  }
}

function show({ variable, value }: ServiceVariable): string {
  return value === undefined ? `${variable} is not set` : `${variable}=${value}`;
}

function name(service: ServicePart): string {
  return SERVICE_TITLES[service];
}
