/** What is known of a service of the application: what it says itself, and what is where it sends to. */
import { request } from 'undici';
import { z } from 'zod';
import type { Evidence, Subject } from '../findings/evidence.ts';
import type { EndpointAnswer, ServiceVariable, Signal } from '../findings/finding.ts';
import { type Milliseconds, newUnsampledParent } from '../otlp/ids.ts';
import { isServicePart, type Part, SERVICE_NAMES, type ServicePart, serviceParts } from '../run/part.ts';
import { redact } from '../run/redact.ts';
import type { Run } from '../run/run.ts';
import { askEndpoint, isLoopback } from './otlp-endpoint.ts';
import { readServiceLog, type ServiceLine } from './service-log.ts';

/** Something that a service can't reach or use now, in its own words; `signals` are what a collector doesn't get. */
export type ServiceOutage = {
  readonly of: string;
  readonly reason: string;
  readonly variable?: string | undefined;
  readonly address?: string | undefined;
  readonly signals?: readonly Signal[] | undefined;
  /** The HTTP status that a collector answers. */
  readonly status?: number | undefined;
};

/** Where a service sends a signal, by its variables, and what is wrong there, if that could be asked and something is. */
export type ServiceExport = { readonly url: string; readonly set: ServiceVariable; readonly answer?: EndpointAnswer };

/** A message that RabbitMQ has returned to a service, as no queue takes it, and what the service itself has bound to the exchange. */
export type UnroutableMessage = {
  readonly exchange: string;
  readonly routingKey: string;
  readonly bindings: readonly { readonly queue: string; readonly key: string }[];
};

/** An error that a service has logged, but for those of an outage; `place` is the line of its own code that threw it. */
export type ServiceError = {
  readonly message: string;
  readonly reason: string;
  readonly time: Milliseconds;
  readonly traceId?: string | undefined;
  readonly place?: string | undefined;
  /** Where in PostgreSQL it was thrown, empty where PostgreSQL does not say; undefined where it was not PostgreSQL. */
  readonly inDatabase?: string | undefined;
};

/** A service as far as it is known; nothing of it comes from another one. */
export type ServiceState = {
  readonly part: ServicePart;
  /** The variables that it was started with, by its own log; undefined where it doesn't say. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** What it said last before it ended; undefined while it has not said so. */
  readonly lastWords?: string | undefined;
  readonly outages: readonly ServiceOutage[];
  /** What it has registered, by its own log. */
  readonly telemetry?: ServiceLine['telemetry'] | undefined;
  /** How often it exports metrics, by its own log. */
  readonly metricInterval?: Milliseconds | undefined;
  /** What it has instrumented, by its own log. */
  readonly instrumentations?: readonly string[] | undefined;
  /** The messages that were returned to it since the run began, oldest first. */
  readonly returned: readonly UnroutableMessage[];
  /** Since the run began, oldest first. */
  readonly errors: readonly ServiceError[];
  readonly exports: Readonly<Partial<Record<Signal, ServiceExport>>>;
};

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** The services whose work or telemetry a criterion asks about, of those that its phase needs and has not taken away. */
export function listAskedServices(
  evidence: Evidence,
  needs: readonly Part[],
  takenAway: readonly Part[] = [],
): ServicePart[] {
  if (evidence.kind === 'error' && evidence.answer !== undefined) return [evidence.answer.service];
  const named = evidence.kind === 'observation' ? listNamed(evidence.subject) : [];
  const shaped = evidence.kind === 'observation' && evidence.condition.kind === 'span' ? evidence.condition.shape : '';
  const inShape = [...shaped.matchAll(/"service":"([^"]+)"/g)].map(([, name]) => name);
  const asked = serviceParts.filter((part) => [...named, ...inShape].includes(SERVICE_NAMES[part]));
  const isOther = named.length > 0 && asked.length === 0;
  const found = asked.length > 0 || isOther ? asked : needs.filter(isServicePart);
  return found.filter((part) => !takenAway.includes(part));
}

/** The services that a question names itself; what the run sends under a name of its own is no service's. */
export function listNamed(subject: Subject): readonly string[] {
  switch (subject.kind) {
    case 'trace':
    case 'traces':
    case 'delivery':
    case 'work':
      return subject.services ?? [];
    case 'OTLP metric':
      return [subject.service];
    case 'logs':
      return [...subject.query.matchAll(/\bservice_name="([^"]+)"/g)].flatMap(([, name = '']) => name);
    default:
      // Scraped, or counted by Alloy.
      return [''];
  }
}

/** The signals that a question is about. */
export function listAskedSignals(subject: Subject): readonly Signal[] {
  switch (subject.kind) {
    case 'trace':
    case 'traces':
      return ['traces'];
    case 'OTLP metric':
      return ['metrics'];
    case 'logs':
      return ['logs'];
    case 'delivery':
      return SIGNALS;
    default:
      return [];
  }
}

/**
 * Reads what is known of services: what they can't use by their logs, unless the health check says that it works by now, and by
 * that alone where the run has no logs. `health` is whether it may be asked.
 */
export async function readServices(
  run: Run,
  parts: readonly ServicePart[],
  { health = true }: { readonly health?: boolean } = {},
): Promise<ServiceState[]> {
  return await Promise.all(
    parts.map(async (part) => {
      const lines = await readServiceLog(run, part).catch(() => []);
      const said = describeService(part, lines, run.startedAt);
      const isAsked = health && (lines.length === 0 || said.outages.length > 0);
      const outcomes = isAsked ? await readHealth(run, part) : [];
      const outages =
        lines.length === 0
          ? outcomes.filter(({ reason }) => reason !== OK)
          : said.outages.flatMap((outage) => {
              const now = outcomes.find(({ of }) => of === outage.of)?.reason;
              // The log has the first reason: a connection that was closed may be refused since.
              return now === OK ? [] : { ...outage, reason: now ?? outage.reason };
            });
      return { ...said, outages, exports: await askExports(run, said.exports) };
    }),
  );
}

/** What a service says of itself in these lines; what it has met with counts since a moment. */
export function describeService(
  part: ServicePart,
  lines: readonly ServiceLine[],
  since: Milliseconds = 0,
): ServiceState {
  const environment = lines.find((line) => line.environment !== undefined)?.environment;
  const outages = new Map<string, ServiceOutage>();
  for (const { outage } of lines) {
    if (outage?.isOver === true) outages.delete(outage.of);
    else if (outage !== undefined) outages.set(outage.of, { ...outage, reason: outage.reason ?? '' });
  }
  const interval = lines.map(({ msg }) => /^metrics initiali[sz]ed: every (\d+) ms/.exec(msg)?.[1]).find(Boolean);
  const lastWords = lines.findLast(({ level }) => level === 'fatal')?.msg;
  return {
    part,
    environment,
    lastWords,
    telemetry: lines.find(({ telemetry }) => telemetry !== undefined)?.telemetry,
    ...(interval !== undefined && { metricInterval: Number(interval) }),
    instrumentations: lines
      .map(({ msg }) => /^instrumentation enabled: ([^;]*)/.exec(msg)?.[1])
      .find((list) => list !== undefined)
      ?.split(', '),
    outages: [...outages.values()],
    returned: lines.flatMap(({ outage, time = 0 }) => (time >= since ? (outage?.unroutable ?? []) : [])),
    errors: lines.flatMap((line) => ((line.time ?? 0) >= since ? readError(line) : [])),
    exports: environment === undefined ? {} : listExports(environment),
  };
}

function readError({ level, msg, time = 0, trace_id, err, outage }: ServiceLine): ServiceError[] {
  if (level !== 'error' || outage !== undefined || err === undefined) return [];
  const place = findOwnPlace(err.stack);
  return [
    {
      message: msg,
      reason: err.message,
      time,
      traceId: trace_id,
      ...(place !== undefined && { place }),
      ...(err.severity !== undefined && { inDatabase: err.where ?? '' }),
    },
  ];
}

/**
 * The first line of a stack trace that is a service's own: `fixtures/services/bot/announce.ts:34`. Before that it has the path of
 * a container, or of another copy of the same code that was compiled first.
 */
function findOwnPlace(stack: string): string | undefined {
  const own = [...stack.matchAll(/\/(fixtures\/services\/[^\s():]+:\d+)/g)].flatMap(([, place]) => place ?? []);
  // What all services share, such as the connection to the database, only passes on what it was given.
  return own.find((place) => /^fixtures\/services\/[^/]+\//.test(place)) ?? own[0];
}

/** Where the variables of OpenTelemetry lead each signal (OTLP exporter specification, endpoint URLs for OTLP/HTTP). */
function listExports(environment: Readonly<Record<string, string>>): ServiceState['exports'] {
  return Object.fromEntries(
    SIGNALS.map((signal): [Signal, ServiceExport] => {
      const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`;
      const ofAll = 'OTEL_EXPORTER_OTLP_ENDPOINT';
      const value = environment[own];
      if (value !== undefined && value !== '') return [signal, { url: value, set: { variable: own, value } }];
      const base = environment[ofAll];
      const set = { variable: ofAll, ...(base !== undefined && { value: base }) };
      return [signal, { url: `${(base || 'http://localhost:4318').replace(/\/$/, '')}/v1/${signal}`, set }];
    }),
  );
}

/** A service on this machine sends where this process can ask, too. */
async function askExports(run: Run, exports: ServiceState['exports']): Promise<ServiceState['exports']> {
  if (run.stack !== 'native') return exports;
  const answers = new Map<string, Promise<EndpointAnswer | undefined>>();
  const ask = (url: string) => {
    const answer = answers.get(url) ?? askEndpoint(url);
    answers.set(url, answer);
    return answer;
  };
  const entries = Object.entries(exports) as [Signal, ServiceExport][];
  const asked = await Promise.all(
    entries.map(async ([signal, one]) => {
      const isOurs = isSame(one.url, `${run.alloy.otlpHttp}/v1/${signal}`);
      const answer = isOurs ? undefined : ((await ask(one.url)) ?? 'another receiver');
      return [signal, answer === undefined ? one : { ...one, answer }] as const;
    }),
  );
  return Object.fromEntries(asked);
}

/** Whether two URLs lead to the same place on this machine, which has several names. */
function isSame(url: string, other: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(other)) return false;
  const [a, b] = [new URL(url), new URL(other)];
  const isHost = a.hostname === b.hostname || (isLoopback(a.hostname) && isLoopback(b.hostname));
  return isHost && a.protocol === b.protocol && a.port === b.port && a.pathname === b.pathname;
}

/** What a health check tells of the parts of a service. */
const Health = z.object({ parts: z.record(z.string(), z.string()) });
const PARTS: Readonly<Record<string, string>> = { postgres: 'PostgreSQL', redis: 'Redis', rabbitmq: 'RabbitMQ' };
const OK = 'ok';
const HEALTH_MS = 3000;

/** What the health check of a service says of each part; nothing where it gives no answer. */
async function readHealth(run: Run, part: ServicePart): Promise<ServiceOutage[]> {
  const url = findUrl(run, part);
  if (url === undefined) return [];
  try {
    const { body } = await request(`${url}/health`, {
      headers: { traceparent: newUnsampledParent() },
      signal: AbortSignal.timeout(HEALTH_MS),
    });
    const { parts } = Health.parse(await body.json());
    return Object.entries(parts).flatMap(([name, reason]) => {
      const of = PARTS[name];
      // What waits for another part says so of itself.
      return of === undefined ? [] : [{ of, reason: redact(reason, run) }];
    });
  } catch {
    return [];
  }
}

function findUrl(run: Run, part: ServicePart): string | undefined {
  switch (part) {
    case 'api':
    case 'bot':
      return run[part]?.url;
    case 'notification-daemon':
      return run.notificationDaemon?.url;
    case 'status-transition-daemon':
      return run.statusTransitionDaemon?.url;
  }
}
