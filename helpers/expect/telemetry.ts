/** The questions that a criterion can ask about the telemetry of its run. */
import { queryLogs } from '../clients/loki.ts';
import type { Labels } from '../clients/prometheus.ts';
import { findSeries, queryInstant, queryRanges } from '../clients/prometheus.ts';
import { findTrace, searchTraces } from '../clients/tempo.ts';
import type { Nearest, Subject } from '../findings/evidence.ts';
import type { TraceId } from '../otlp/ids.ts';
import type { Span } from '../otlp/schema.ts';
import {
  computeMetricDeadline,
  computeOtlpDeadline,
  computeScrapeDeadline,
  computeSearchDeadline,
} from './deadlines.ts';
import { findSource } from './jobs.ts';
import { findNearestSeries, findOtherLines, findOtherTraces, isMisplaced } from './nearest.ts';
import { formatMatchers, formatSelector, keepTexts, type LabelMatchers } from './promql.ts';
import type { Logs, Metric, Question, Ranges, ScrapedMetric, Search, Series, Trace } from './question.ts';
import { run } from './run.ts';

/** The current value of a scraped metric of this run. */
export function metric(name: string, labels: LabelMatchers): ScrapedMetric {
  const marks = { ...run.seriesLabels, ...run.seriesMark };
  return {
    kind: 'metric',
    ...scraped(name, labels, formatSelector(name, labels)),
    ...expression(formatSelector(name, { ...labels, ...marks })),
    ...(run.seriesMark === undefined && askForNewSamples(formatSelector(name, { ...labels, ...marks }))),
  };
}

/** The per-second rate of a counter over `window`. */
export function rate(counter: ScrapedMetric, window: string): ScrapedMetric {
  return wrap(counter, (inner) => `rate(${inner}[${window}])`);
}

/** The sum over the series of a metric. */
export function sum(of: ScrapedMetric): ScrapedMetric {
  return wrap(of, (inner) => `sum(${inner})`);
}

/** The number of the series of a metric. */
export function count(of: ScrapedMetric): ScrapedMetric {
  return wrap(of, (inner) => `count(${inner})`);
}

/** The number of all series of this run with these labels. */
export function countSeries(labels: Labels): ScrapedMetric {
  return count(metric('', labels));
}

/**
 * The raw samples of the last `seconds` of a metric, or of several, with their names joined by `|`. By default all that are
 * taken while a criterion waits.
 */
export function samples(name: string, labels: Labels, seconds = computeScrapeDeadline(run) / 1000): Ranges {
  const window = `[${Math.ceil(seconds)}s]`;
  const range = `${formatSelector(name, { ...labels, ...run.seriesLabels, ...run.seriesMark })}${window}`;
  return {
    kind: 'ranges',
    ...scraped(name, labels, `${formatSelector(name, labels)}${window}`),
    asked: { service: 'prometheus', query: range },
    ask: () => queryRanges(run.access.prometheus, range),
  };
}

/** The labels of all series of this run that match: `matchers` are labels, or the inside of a selector's braces. */
export function series(matchers: string | Labels): Series {
  const isText = typeof matchers === 'string';
  const source = isText ? undefined : findSource(matchers.job);
  const wanted = isText ? matchers : formatMatchers(matchers);
  const marks = { ...run.seriesLabels, ...run.seriesMark };
  const mark = Object.keys(marks).length === 0 ? '' : `,${formatMatchers(marks)}`;
  const query = `{${wanted}${mark}}`;
  return {
    kind: 'series',
    subject: { kind: 'series', selector: `{${wanted}}`, ...(source !== undefined && { source }) },
    path: 'remote write',
    deadline: computeScrapeDeadline(run),
    asked: { service: 'prometheus', query },
    ask: () => findSeries(run.access.prometheus, query, run.seriesWindow),
  };
}

/** The current value of a metric that this run sent over OTLP as `service`. */
export function otlpMetric(name: string, service: string): Metric {
  const query = formatSelector(name, { service_name: service, instance: run.id });
  return {
    kind: 'metric',
    ...overOtlp({ kind: 'OTLP metric', metric: name, service, isOwn: true }),
    asked: { service: 'prometheus', query },
    ask: () => queryInstant(run.access.prometheus, query),
    findNearest: () =>
      findNearestSeries({ ...run, seriesLabels: {}, seriesMark: { instance: run.id } }, name, {
        service_name: service,
      }),
  };
}

/** As long as Prometheus looks back for the newest sample of a series, in seconds. */
const MAX_METRIC_AGE = 300;

/** How old the newest sample of a metric of a service may be, in seconds: not older than the run. */
function computeMetricAge(): number {
  return Math.min(MAX_METRIC_AGE, Math.max(1, Math.floor((Date.now() - run.startedAt) / 1000)));
}

/**
 * The current value of a metric of a service of this run's stack, summed over its series. Names for the same metric or label
 * in the stable and the old semantic conventions are joined by `|`.
 */
export function serviceMetric(name: string, service: string, labels: Labels = {}): Metric {
  return ofService('sum', name, service, labels);
}

/** The lowest of the series of a metric of a service, with its names as {@link serviceMetric} has them. */
export function lowestServiceMetric(name: string, service: string): Metric {
  return ofService('min', name, service, {});
}

function ofService(over: 'sum' | 'min', name: string, service: string, labels: Labels): Metric {
  const askedAt = Date.now();
  const alternatives = listAlternatives(labels);
  const selectors = alternatives.map(
    (alternative) =>
      `{__name__=~${JSON.stringify(name)},${formatMatchers({ ...labelService(service), ...alternative })}}`,
  );
  const ask = async () => {
    // A service that was started again may have left series that it no longer exports.
    const queries = selectors.map((selector) => `${over}(last_over_time(${selector}[${computeMetricAge()}s]))`);
    const answers = await Promise.all(queries.map((query) => queryInstant(run.access.prometheus, query)));
    return answers.find((found) => found.length > 0) ?? [];
  };
  return {
    kind: 'metric',
    ...overOtlp({ kind: 'OTLP metric', metric: name, service }),
    deadline: computeMetricDeadline(run),
    asked: { service: 'prometheus', query: selectors.map((selector) => `${over}(${selector})`).join(' or ') },
    ask,
    findNearest: () => findNearestOfService(name, service, alternatives),
    // All metrics of a service are exported together: those of several exports later lack what none of them has.
    async isMisplaced() {
      const [[newest], found] = await Promise.all([serviceExport(service).ask(), ask()]);
      return found.length === 0 && (newest?.value ?? 0) > askedAt + 4 * run.intervals.metricExport + 1000;
    },
  };
}

/**
 * When the newest of the metrics that a service of this run's stack exported was measured, in milliseconds since the epoch, as the
 * only sample; none while it has exported nothing. It is that of any of its metrics: all are exported together.
 */
export function serviceExport(service: string): Metric {
  const labels = labelService(service);
  const anyName = `count by (__name__) ({${formatMatchers({ __name__: /.+/, ...labels })}})`;
  return {
    kind: 'metric',
    ...overOtlp({ kind: 'OTLP metric', metric: 'any metric', service }),
    deadline: computeMetricDeadline(run),
    asked: { service: 'prometheus', query: anyName },
    async ask() {
      const [{ labels: { __name__: name = '' } = {} } = {}] = await queryInstant(run.access.prometheus, anyName);
      if (name === '') return [];
      const newest = await queryInstant(run.access.prometheus, `max(timestamp(${formatSelector(name, labels)}))`);
      return newest.map((sample) => ({ ...sample, value: sample.value * 1000 }));
    },
    findNearest: () => findNearestOfService('', service),
  };
}

/**
 * A trace, looked up by its ID, which a backend can answer before any search: that of a span which the run itself has sent, or any.
 * `services` are those whose spans it has to have.
 */
export function trace(of: TraceId | Pick<Span, 'traceId'>, ...services: readonly string[]): Trace {
  const isOwn = typeof of !== 'string';
  const traceId = isOwn ? of.traceId : of;
  return {
    kind: 'trace',
    ...overOtlp({ kind: 'trace', traceId, ...(isOwn && { isOwn }), ...(services.length > 0 && { services }) }),
    asked: { service: 'tempo', query: traceId },
    ask: () => findTrace(run.access.tempo, traceId),
    findNearest: () => findOtherTraces(run),
  };
}

/** How many seconds the clocks of services and of the run may differ. */
const CLOCK_SLACK: Readonly<Record<typeof run.stack, number>> = { native: 2, containers: 2, external: 300 };

/** The traces that a TraceQL query finds; `services` are those that make them, `request` what was sent to have one: `GET /health`. */
export function traceql(
  query: string,
  { isOwn, services, request }: Own & { readonly services?: readonly string[]; readonly request?: string } = {},
): Search {
  return {
    kind: 'search',
    ...overOtlp({
      kind: 'traces',
      query,
      ...(isOwn && { isOwn }),
      ...(services && { services }),
      ...(request && { request }),
    }),
    deadline: computeSearchDeadline(run),
    asked: { service: 'tempo', query },
    // A stack that was there before has spans of its earlier runs.
    ask: () => searchTraces(run.access.tempo, query, (Date.now() - run.startedAt) / 1000 + CLOCK_SLACK[run.stack]),
    findNearest: () => findOtherTraces(run),
  };
}

/** The log lines that a LogQL query selects. */
export function logql(query: string, { isOwn }: Own = {}): Logs {
  return {
    kind: 'logs',
    ...overOtlp({ kind: 'logs', query, ...(isOwn && { isOwn }) }),
    asked: { service: 'loki', query },
    ask: () => queryLogs(run.access.loki, query),
    findNearest: () => findOtherLines(run, query),
  };
}

/** Whether the run itself has sent what is asked for. */
type Own = { readonly isOwn?: true };

function overOtlp(subject: Subject): Question {
  return { subject, path: 'otlp', deadline: computeOtlpDeadline(run) };
}

/** A question about a scraped metric; `shown` is its PromQL without the label that marks the run. */
function scraped(name: string, matchers: LabelMatchers, shown: string): Question {
  const labels = keepTexts(matchers);
  const source = findSource(labels.job);
  return {
    subject: {
      kind: 'scraped metric',
      expression: shown,
      metric: name,
      labels,
      ...(source !== undefined && { source }),
    },
    path: 'remote write',
    deadline: computeScrapeDeadline(run),
    isMisplaced: () => isMisplaced(run, name, labels),
    ...(name !== '' && { findNearest: () => findNearestSeries(run, name, labels) }),
  };
}

/** The present values of series without a mark of the run: a sample from before the run proves nothing about it. */
function askForNewSamples(selector: string): Pick<ScrapedMetric, 'asked' | 'ask'> {
  return askFor(`${selector} and timestamp(${selector}) >= ${run.startedAt / 1000}`);
}

function expression(text: string): Pick<ScrapedMetric, 'expression' | 'asked' | 'ask'> {
  return { expression: text, ...askFor(text) };
}

function askFor(query: string): Pick<ScrapedMetric, 'asked' | 'ask'> {
  return { asked: { service: 'prometheus', query }, ask: () => queryInstant(run.access.prometheus, query) };
}

/** The question about a function of the metric. */
function wrap(of: ScrapedMetric, write: (inner: string) => string): ScrapedMetric {
  const { subject } = of;
  const shown = subject.kind === 'scraped metric' ? { ...subject, expression: write(subject.expression) } : subject;
  return { ...of, subject: shown, ...expression(write(of.expression)) };
}

function labelService(service: string): { readonly service_name: string; readonly instance?: string } {
  const instance = run.servicesInstanceId === undefined ? {} : { instance: run.servicesInstanceId };
  return { service_name: service, ...instance };
}

/** What exists instead of a metric of a service of this run's stack: that of the first alternative unless another is nearer. */
async function findNearestOfService(
  name: string,
  service: string,
  alternatives: readonly Labels[] = [{}],
): Promise<Nearest | undefined> {
  const { service_name, ...seriesMark } = labelService(service);
  // As for the value itself: a service that was started again may have left series that it no longer exports.
  const seriesWindow = computeMetricAge();
  const found = await Promise.all(
    alternatives.map((labels) =>
      findNearestSeries(
        { ...run, seriesLabels: {}, seriesMark, seriesWindow },
        name,
        { service_name, ...labels },
        { service_name },
      ),
    ),
  );
  if (found.includes(undefined)) return undefined;
  // Labels that no series has belong to the semantic conventions that the service does not follow.
  return found.find((nearest) => nearest?.kind === 'other labels' && hasAllLabels(nearest.found)) ?? found[0];
}

function hasAllLabels(found: readonly Labels[]): boolean {
  return found.every((labels) => !Object.values(labels).includes(''));
}

/** The labels with every combination of the names that are joined by `|`. */
function listAlternatives(labels: Labels): Labels[] {
  return Object.entries(labels).reduce<Labels[]>(
    (found, [names, value]) => found.flatMap((some) => names.split('|').map((name) => ({ ...some, [name]: value }))),
    [{}],
  );
}
