import { createLabelBuilder, sortLabels } from '../../pipeline/relabel/labels.ts';
import type { SeriesLabels } from '../../schema/capsules.ts';
import type { ScrapeArgs } from './block.ts';
import { parsePrometheusDuration } from './prometheus-duration.ts';

/** A target that can be scraped. */
export type Target = {
  /** The labels that its series get: all that do not start with two underscores. */
  readonly labels: SeriesLabels;
  readonly address: string;
  /** `http://127.0.0.1:9187/metrics?x=1` */
  readonly url: string;
  /** Path and query of the URL. */
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};

/**
 * Completes a discovered target as `prometheus.scrape` does (Prometheus configuration, "scrape_config" and, for labels
 * with two underscores, "relabel_config"): job, instance, path, scheme and parameters come from the arguments if the
 * target lacks them.
 * @throws Error with Prometheus's message for a target that can't be scraped
 */
export function completeTarget(
  discovered: Readonly<Record<string, string>>,
  args: ScrapeArgs,
  defaultJob: string,
): Target {
  const labels = createLabelBuilder(Object.entries(discovered));
  const complete = (name: string, value: string): string => {
    if (labels.get(name) === '') {
      labels.set(name, value);
    }
    return labels.get(name);
  };
  complete('job', args.job_name === '' ? defaultJob : args.job_name);
  const path = complete('__metrics_path__', args.metrics_path);
  const scheme = complete('__scheme__', args.scheme);
  for (const [name, [first]] of Object.entries(args.params)) {
    if (first !== undefined) {
      complete(`__param_${name}`, first);
    }
  }
  const address = labels.get('__address__');
  if (address === '') {
    throw new Error('no address');
  }
  if (address.includes('/')) {
    throw new Error(`${JSON.stringify(address)} is not a valid hostname`);
  }
  complete('instance', address);

  const intervalMs = readDuration(labels.get('__scrape_interval__'), args.scrape_interval);
  const timeoutMs = readDuration(labels.get('__scrape_timeout__'), args.scrape_timeout);
  if (intervalMs <= 0 || timeoutMs <= 0) {
    throw new Error(`scrape ${intervalMs <= 0 ? 'interval' : 'timeout'} cannot be 0`);
  }
  if (timeoutMs > intervalMs) {
    throw new Error('scrape timeout cannot be greater than scrape interval');
  }
  const entries = labels.entries();
  const pathAndQuery = `${escapePath(path)}${buildQuery(entries, args.params)}`;
  return {
    labels: sortLabels(entries.filter(([name]) => !name.startsWith('__'))),
    address,
    url: `${scheme}://${address}${pathAndQuery}`,
    path: pathAndQuery,
    intervalMs,
    timeoutMs,
  };
}

function readDuration(label: string, fallback: number): number {
  return label === '' ? fallback : parsePrometheusDuration(label);
}

function escapePath(path: string): string {
  const escaped = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return escaped.startsWith('/') ? escaped : `/${escaped}`;
}

/** The query string, sorted by name as Go does; a label `__param_x` replaces the first value of `x`. */
function buildQuery(labels: readonly (readonly [string, string])[], params: ScrapeArgs['params']): string {
  const query = new Map<string, readonly string[]>(Object.entries(params));
  for (const [name, value] of labels) {
    if (name.startsWith('__param_')) {
      const parameter = name.slice('__param_'.length);
      query.set(parameter, [value, ...(query.get(parameter) ?? []).slice(1)]);
    }
  }
  const pairs = [...query]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? '' : `?${text}`;
}
