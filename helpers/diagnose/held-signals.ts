/** What the backend has of services in this run. */
import { queryLogs } from '../clients/loki.ts';
import { queryInstant, queryRanges } from '../clients/prometheus.ts';
import { type FoundSpan, findTrace, searchTraces } from '../clients/tempo.ts';
import type { Evidence } from '../findings/evidence.ts';
import type { Signal } from '../findings/finding.ts';
import type { TraceId } from '../otlp/ids.ts';
import { SERVICE_NAMES, type ServicePart } from '../run/part.ts';
import type { Run } from '../run/run.ts';

/** The signals that the backend has of each of some services, in this run. */
export type HeldSignals = Readonly<Partial<Record<ServicePart, readonly Signal[]>>>;

/** Asks the backend for each signal of services. */
export async function readHeldSignals(run: Run, parts: readonly ServicePart[]): Promise<HeldSignals> {
  const entries = await Promise.all(
    parts.map(async (part) => [part, await listHeld(run, SERVICE_NAMES[part])] as const),
  );
  return Object.fromEntries(entries);
}

async function listHeld(run: Run, service: string): Promise<Signal[]> {
  const { access, servicesInstanceId: id } = run;
  const seconds = Math.ceil((Date.now() - run.startedAt) / 1000);
  const instance = (format: (id: string) => string) => (id === undefined ? '' : format(id));
  const series = `{service_name="${service}"${instance((text) => `,instance="${text}"`)}}`;
  const lines = `{service_name="${service}"}${instance((text) => ` | service_instance_id="${text}"`)}`;
  const [traces, metrics, logs] = await Promise.all([
    searchTraces(access.tempo, `{${selectSpans(run, service)}}`, seconds),
    queryInstant(access.prometheus, `count(last_over_time(${series}[${seconds}s]))`),
    queryLogs(access.loki, lines, seconds),
  ]);
  const counts = { traces: traces.length, metrics: metrics[0]?.value ?? 0, logs: logs.length };
  return (Object.keys(counts) as Signal[]).filter((signal) => counts[signal] > 0);
}

/** A hosted backend answers each in its own time. */
const MAX_TRACES = 30;
/** What a criterion asks about happened before it asked: it may have searched for its trace first. */
const SEARCHED_BEFORE = 20;

/** The spans of the newest traces that these services have a part in, since the question was asked, where it was about traces. */
export async function readRecentSpans(
  run: Run,
  parts: readonly ServicePart[],
  evidence: Evidence,
): Promise<FoundSpan[] | undefined> {
  if (evidence.kind !== 'observation' || !/^(?:traces?|work)$/.test(evidence.subject.kind)) return undefined;
  const since = Math.max(run.startedAt, evidence.askedAt - 1000 * SEARCHED_BEFORE);
  const seconds = Math.ceil((Date.now() - since) / 1000) + 1;
  const found = await Promise.all(
    parts.map((part) => searchTraces(run.access.tempo, `{${selectSpans(run, SERVICE_NAMES[part])}}`, seconds)),
  );
  const ids = [...new Set(found.flatMap((some) => some.slice(0, MAX_TRACES)))];
  return (await Promise.all(ids.map((id) => findTrace(run.access.tempo, id as TraceId)))).flat();
}

/** The values that a metric of a service has had since the question was asked, summed over its series, oldest first. */
export async function readCourse(run: Run, evidence: Evidence): Promise<number[] | undefined> {
  if (evidence.kind !== 'observation' || evidence.condition.kind !== 'value') return undefined;
  const { subject, askedAt } = evidence;
  if (subject.kind !== 'OTLP metric' || subject.isOwn) return undefined;
  const seconds = Math.ceil((Date.now() - askedAt) / 1000) + 1;
  const instance = run.servicesInstanceId === undefined ? '' : `,instance="${run.servicesInstanceId}"`;
  const selector = `{__name__=~"${subject.metric}",service_name="${subject.service}"${instance}}`;
  const sums = new Map<number, number>();
  for (const { samples } of await queryRanges(run.access.prometheus, `${selector}[${seconds}s]`)) {
    for (const { time, value } of samples) sums.set(time, (sums.get(time) ?? 0) + value);
  }
  return [...sums].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/** The routes by which a service counts requests in this run, where the trace of a request was asked for. */
export async function readCountedRoutes(
  run: Run,
  parts: readonly ServicePart[],
  evidence: Evidence,
): Promise<string[] | undefined> {
  const [part] = parts;
  if (evidence.kind !== 'observation' || evidence.subject.kind !== 'traces') return undefined;
  if (evidence.subject.request === undefined || part === undefined) return undefined;
  const instance = run.servicesInstanceId === undefined ? '' : `,instance="${run.servicesInstanceId}"`;
  const seconds = Math.ceil((Date.now() - run.startedAt) / 1000);
  const found = await Promise.all(
    ['http_route', 'http_target'].map((label) =>
      queryInstant(
        run.access.prometheus,
        `count by (${label}) (last_over_time({service_name="${SERVICE_NAMES[part]}"${instance},${label}!=""}[${seconds}s]))`,
      ),
    ),
  );
  return found.flat().flatMap(({ labels: { http_route, http_target } }) => http_route ?? http_target ?? []);
}

function selectSpans({ servicesInstanceId: id }: Run, service: string): string {
  const instance = id === undefined ? '' : ` && resource.service.instance.id="${id}"`;
  return `resource.service.name="${service}"${instance}`;
}

/** Whether any line that the streams in question have got in this run has a trace ID, where a line with one was asked for. */
export async function findTraceIds(run: Run, evidence: Evidence): Promise<boolean | undefined> {
  if (evidence.kind !== 'observation' || evidence.subject.kind !== 'logs') return undefined;
  const { query } = evidence.subject;
  const [selector] = /^\{[^}]*\}/.exec(query) ?? [];
  if (selector === undefined || !query.includes('trace_id=')) return undefined;
  const seconds = Math.ceil((Date.now() - run.startedAt) / 1000);
  const [lines, withTrace] = await Promise.all(
    [selector, `${selector} | trace_id!=""`].map((asked) => queryLogs(run.access.loki, asked, seconds)),
  );
  return lines?.length === 0 ? undefined : (withTrace?.length ?? 0) > 0;
}

/**
 * The newest line of the streams in question that has no trace ID and tells of the request whose trace was asked for, by the name of
 * its span: `GET /api/games`.
 */
export async function findLooseLine(run: Run, evidence: Evidence): Promise<string | undefined> {
  if (evidence.kind !== 'observation' || evidence.subject.kind !== 'logs') return undefined;
  const { query } = evidence.subject;
  const [, traceId] = /\btrace_id="([0-9a-f]+)"/.exec(query) ?? [];
  const [selector] = /^\{[^}]*\}/.exec(query) ?? [];
  if (traceId === undefined || selector === undefined) return undefined;
  const spans = await findTrace(run.access.tempo, traceId as TraceId);
  const root = spans.find(({ span }) => span.name.includes(' /'))?.span.name;
  if (root === undefined) return undefined;
  const seconds = Math.ceil((Date.now() - evidence.askedAt) / 1000) + SEARCHED_BEFORE;
  const lines = await queryLogs(run.access.loki, `${selector} | trace_id="" |= ${JSON.stringify(root)}`, seconds);
  return lines[0]?.line;
}

/** What SDKs call a service that they are told no name of (OpenTelemetry specification, resource semantic conventions). */
const UNNAMED = 'unknown_service.*';

/** The names that SDKs give, of signals that the backend of this run alone has under such a name. */
export type UnnamedSignals = Readonly<Partial<Record<Signal, string>>>;

/** Looks for telemetry of nobody: only the mock cloud of a run has that of nobody else. */
export async function readUnnamed({ access, backend, startedAt }: Run): Promise<UnnamedSignals> {
  if (backend !== 'mock') return {};
  const seconds = Math.ceil((Date.now() - startedAt) / 1000);
  const [traces, metrics, logs] = await Promise.all([
    searchTraces(access.tempo, `{resource.service.name=~"${UNNAMED}"}`, seconds),
    queryInstant(access.prometheus, `count by (service_name) ({service_name=~"${UNNAMED}"})`),
    queryLogs(access.loki, `{service_name=~"${UNNAMED}"}`, seconds),
  ]);
  // What follows a colon is the path of a program.
  const [metric] = metrics.map(({ labels }) => labels.service_name?.replace(/:.*/, ''));
  const [log] = logs.map(({ labels }) => labels.service_name?.replace(/:.*/, ''));
  return {
    ...(traces.length > 0 && { traces: 'unknown_service' }),
    ...(metric !== undefined && { metrics: metric }),
    ...(log !== undefined && { logs: log }),
  };
}
