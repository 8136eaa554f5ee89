import type { ScrapeTarget } from '../../clients/alloy-graph.ts';
import type { ScrapeFault } from '../../findings/finding.ts';
import type { Place } from '../../findings/place.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { findScrapeFault } from '../../flow/scrape-fault.ts';
import { findTargetRule, listGivenTargets } from '../../flow/targets.ts';
import type { Run } from '../../run/run.ts';
import { findInvalidTarget } from '../connect-fault.ts';
import { createRule } from '../rule.ts';
import { locateRule } from './series-dropped.ts';

/**
 * Alloy has the target and can't scrape it; the error of the last scrape says why.
 *
 * `prometheus.scrape.rabbitmq can't scrape http://127.0.0.1:15672/metrics: nothing listens there`
 */
export const scrapeFails = createRule('scrape fails', ({ flow, stop, alloyLog, evidence, takenAway, run }) => {
  if (flow === undefined || stop?.of !== 'samples') return undefined;
  const invalid = findInvalidTarget(alloyLog, stop.route.scrapes);
  if (invalid !== undefined) {
    const { scrape, error } = invalid;
    return { url: 'its target', error, fault: 'address' as const, place: locate(flow, scrape, 'targets') };
  }
  if (stop.at !== 'scrape failed') return undefined;
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  const source = subject?.kind === 'scraped metric' ? subject.source : undefined;
  if (source !== undefined && takenAway.includes(source)) return undefined;
  const { component, target } = stop;
  const fault = findScrapeFault(flow, component, target);
  const isUrl = source === 'rabbitmq' && run.rabbitmq?.metricsUrl !== undefined;
  const labels = RULE_LABELS[fault] ?? [];
  const rule = findTargetRule(flow, component, labels);
  const label = rule === undefined ? findGivenLabel(component, labels) : undefined;
  return {
    url: target.url,
    error: target.error,
    fault,
    place: locateFault(flow, component, target, fault),
    ...(rule && { rule: { ...locateRule(flow, rule.component, 'rule', rule.rule).place, setting: rule.label } }),
    ...(label && { label }),
    ...(source !== undefined && { source }),
    ...(isUrl && { rightUrl: readMetricsUrl(run) }),
  };
});

/** The labels of a target that decide about the fault. */
const RULE_LABELS: Readonly<Partial<Record<ScrapeFault, readonly string[]>>> = {
  refused: ['__address__'],
  'unknown host': ['__address__'],
  'HTTP status': ['__metrics_path__', '__address__'],
  TLS: ['__scheme__', '__address__'],
  'not metrics': ['__metrics_path__', '__address__'],
};

/** One of these labels that a target was given beside its address. */
function findGivenLabel(scrape: Component, names: readonly string[]) {
  for (const name of names.filter((one) => one !== '__address__')) {
    const [value] = listGivenTargets(scrape).flatMap((labels) => labels[name] ?? []);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

/** The setting of the scrape that decides about the fault: the first of these that the configuration has. */
function locateFault(flow: Flow, scrape: Component, { url, error }: ScrapeTarget, fault: ScrapeFault) {
  const [, limit] = LIMIT.exec(error.replaceAll(' ', '_')) ?? [];
  const settings = /^proxyconnect|: proxyconnect /.test(error)
    ? ['proxy_url']
    : limit === undefined
      ? (SETTINGS[fault] ?? [])
      : [limit];
  const [own] = settings.map((setting) => locate(flow, scrape, ...setting.split('.'))).filter(isWritten);
  if (own !== undefined) return own;
  // What is not set there comes with the target.
  return url === '' ? locate(flow, scrape) : locate(flow, scrape, 'targets');
}

function isWritten({ expression }: Place): boolean {
  return expression !== undefined;
}

/** A limit by its name, as an error has it: `label_value_length_limit exceeded`, `sample limit exceeded`. */
const LIMIT =
  /\b((?:sample|body_size|label|label_name_length|label_value_length|target|native_histogram_bucket)_limit)_exceeded/;

const SETTINGS: Readonly<Partial<Record<ScrapeFault, readonly string[]>>> = {
  'sample limit': ['sample_limit'],
  'body size limit': ['body_size_limit'],
  'label limit': ['label_limit', 'label_name_length_limit', 'label_value_length_limit'],
  'target limit': ['target_limit'],
  'login file': ['basic_auth.password_file', 'authorization.credentials_file', 'bearer_token_file'],
  timeout: ['scrape_timeout'],
  TLS: ['scheme'],
  'HTTP status': ['metrics_path', 'params', 'scheme'],
  'not metrics': ['metrics_path', 'params', 'scheme'],
};

/** Where the run itself finds the metrics of RabbitMQ. */
function readMetricsUrl({ rabbitmq }: Run): string {
  return rabbitmq?.metricsUrl ?? '';
}
