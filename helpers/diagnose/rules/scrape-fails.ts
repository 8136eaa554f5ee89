import type { ScrapeTarget } from '../../clients/alloy-graph.ts';
import type { ScrapeFault } from '../../findings/finding.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { findScrapeFault } from '../../flow/scrape-fault.ts';
import { findTargetRule } from '../../flow/targets.ts';
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
  const rule = findTargetRule(flow, component, RULE_LABELS[fault] ?? []);
  return {
    url: target.url,
    error: target.error,
    fault,
    place: locateFault(flow, component, target, fault),
    ...(rule && { rule: { ...locateRule(flow, rule.component, 'rule', rule.rule).place, setting: rule.label } }),
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

/** The setting of the scrape that decides about the fault. */
function locateFault(flow: Flow, scrape: Component, { url }: ScrapeTarget, fault: ScrapeFault) {
  const settings = {
    'sample limit': 'sample_limit',
    'body size limit': 'body_size_limit',
    'label limit': 'label_limit',
    timeout: 'scrape_timeout',
    TLS: 'scheme',
    'HTTP status': 'metrics_path',
  } as const;
  const setting = settings[fault as keyof typeof settings];
  const own = setting === undefined ? undefined : locate(flow, scrape, setting);
  if (own?.expression !== undefined) return own;
  // What is not set there comes with the target.
  return url === '' ? locate(flow, scrape) : locate(flow, scrape, 'targets');
}

/** Where the run itself finds the metrics of RabbitMQ. */
function readMetricsUrl({ rabbitmq }: Run): string {
  return rabbitmq?.metricsUrl ?? '';
}
