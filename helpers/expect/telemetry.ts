import type { LogLine } from '../clients/loki.ts';
import { queryLogs } from '../clients/loki.ts';
import type { InstantSample, Labels, SampleRange } from '../clients/prometheus.ts';
import { findSeries, queryInstant, queryRanges } from '../clients/prometheus.ts';
import type { FoundSpan } from '../clients/tempo.ts';
import { findTrace, searchTraces } from '../clients/tempo.ts';
import type { Milliseconds, TraceId } from '../otlp/ids.ts';
import { otlpDeadline, scrapeDeadline, searchDeadline } from './deadlines.ts';
import { isMisplaced, nearestSeries, tracesOfTheRun } from './nearest.ts';
import { run } from './run.ts';

/** Which way a datum travels; a failure is diagnosed along it. */
export type Path = 'otlp' | 'remote write';

/** A question to the backend: how to ask it, how long an answer may take, and what exists when the answer is nothing. */
export type Telemetry<T> = {
  readonly asked: string;
  readonly path: Path;
  readonly deadline: Milliseconds;
  readonly ask: () => Promise<T>;
  /** Whether after this answer no later one can be better, so that looking on is in vain. */
  readonly inVain?: (answer: T) => boolean;
  /** Whether what was asked for has come somewhere else. */
  readonly misplaced?: () => Promise<boolean>;
  /** Sentences about the nearest things that do exist. */
  readonly nearest: () => Promise<string[]>;
};
export type Metric = Telemetry<InstantSample[]> & { readonly kind: 'metric' };
export type Ranges = Telemetry<SampleRange[]> & { readonly kind: 'ranges' };
export type Series = Telemetry<Labels[]> & { readonly kind: 'series' };
export type Trace = Telemetry<FoundSpan[]> & { readonly kind: 'trace' };
export type Search = Telemetry<string[]> & { readonly kind: 'search' };
export type Logs = Telemetry<LogLine[]> & { readonly kind: 'logs' };

/** The selector of this run's scraped series: `pg_up{job="…",verify_run="…"}`. Values may not need more than PromQL's own escapes. */
export function selector(name: string, labels: Labels): string {
  const marked = run.seriesMark === undefined ? labels : { ...labels, ...run.seriesMark };
  return `${name}{${matchers(marked)}}`;
}

/** The present value of this run's series of a scraped metric. */
export function metric(name: string, labels: Labels): Metric {
  return {
    ...promql(selector(name, labels)),
    asked: `${name}{${matchers(labels)}}`,
    misplaced: () => isMisplaced(name, labels),
    nearest: () => nearestSeries(name, labels),
  };
}

/** The present value of a PromQL expression; mark its selectors with {@link selector}. */
export function promql(expression: string): Metric {
  return {
    kind: 'metric',
    asked: expression,
    path: 'remote write',
    deadline: scrapeDeadline(run),
    ask: () => queryInstant(run.access.prometheus, expression),
    nearest: async () => [],
  };
}

/** The present value of a metric that was sent over OTLP by this run's `service`. */
export function otlpMetric(name: string, service: string): Metric {
  const labels = { service_name: service, instance: run.id };
  const expression = `${name}{${matchers(labels)}}`;
  return { ...promql(expression), path: 'otlp', deadline: otlpDeadline(run) };
}

/**
 * The present value of a metric of a service of this run's stack, summed over its series. Names that mean the same, as the
 * stable and the old semantic conventions have them, are joined by `|`, of the metric and of labels alike.
 */
export function serviceMetric(name: string, service: string, labels: Labels = {}): Metric {
  const fixed = labelsOfService(service);
  const entries = Object.entries(labels);
  const ways = combinations(entries.map(([names]) => names.split('|'))).map((names) =>
    Object.fromEntries(names.map((label, index) => [label, entries[index]?.[1] ?? ''])),
  );
  const selectors = ways.map((way) => `sum({__name__=~${JSON.stringify(name)},${matchers({ ...fixed, ...way })}})`);
  return {
    ...promql(selectors[0] ?? ''),
    asked: `${name} of ${service}`,
    path: 'otlp',
    deadline: otlpDeadline(run),
    async ask() {
      const answers = await Promise.all(selectors.map((expression) => queryInstant(run.access.prometheus, expression)));
      return answers.find((samples) => samples.length > 0) ?? [];
    },
  };
}

/** The raw samples over the last `seconds` of a metric of a service of this run's stack. */
export function serviceSamples(name: string, service: string, seconds: number): Ranges {
  const expression = `${name}{${matchers(labelsOfService(service))}}[${Math.ceil(seconds)}s]`;
  return {
    kind: 'ranges',
    asked: expression,
    path: 'otlp',
    deadline: otlpDeadline(run),
    ask: () => queryRanges(run.access.prometheus, expression),
    nearest: async () => [],
  };
}

function labelsOfService(service: string): Labels {
  const instance = run.servicesInstanceId === undefined ? {} : { instance: run.servicesInstanceId };
  return { service_name: service, ...instance };
}

function combinations(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>(
    (found, list) => found.flatMap((names) => list.map((name) => [...names, name])),
    [[]],
  );
}

/** The raw samples over the last `seconds` of a metric, or of several whose names are joined with `|`. */
export function samples(name: string, labels: Labels, seconds: number): Ranges {
  const named = name.includes('|')
    ? selector('', labels).replace('{', `{__name__=~"${name}",`)
    : selector(name, labels);
  const expression = `${named}[${Math.ceil(seconds)}s]`;
  return {
    kind: 'ranges',
    asked: expression,
    path: 'remote write',
    deadline: scrapeDeadline(run),
    ask: () => queryRanges(run.access.prometheus, expression),
    misplaced: () => isMisplaced(name, labels),
    nearest: () => nearestSeries(name, labels),
  };
}

/** The labels of all of this run's series that match. `matchersText` is the inside of a selector's braces. */
export function series(matchersText: string): Series {
  const mark = run.seriesMark === undefined ? '' : `,${matchers(run.seriesMark)}`;
  const expression = `{${matchersText}${mark}}`;
  return {
    kind: 'series',
    asked: expression,
    path: 'remote write',
    deadline: scrapeDeadline(run),
    ask: () => findSeries(run.access.prometheus, expression, run.seriesWindow),
    nearest: async () => [],
  };
}

/** A trace, looked up by its ID: the first that a backend can answer. */
export function trace(id: TraceId): Trace {
  return {
    kind: 'trace',
    asked: `the trace ${id}`,
    path: 'otlp',
    deadline: otlpDeadline(run),
    ask: () => findTrace(run.access.tempo, id),
    nearest: tracesOfTheRun,
  };
}

/** The traces that a TraceQL query finds. */
export function traceql(query: string): Search {
  return {
    kind: 'search',
    asked: query,
    path: 'otlp',
    deadline: searchDeadline(run),
    ask: () => searchTraces(run.access.tempo, query),
    nearest: tracesOfTheRun,
  };
}

/** The log lines that a LogQL query selects. */
export function logql(query: string): Logs {
  return {
    kind: 'logs',
    asked: query,
    path: 'otlp',
    deadline: otlpDeadline(run),
    ask: () => queryLogs(run.access.loki, query),
    nearest: async () => [],
  };
}

/** `a="b",c="d"`, quoted as PromQL, LogQL and TraceQL all read it. */
export function matchers(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}
