import type { ScrapeTarget } from '../../clients/alloy-graph.ts';
import type { ScrapeFault } from '../../findings/finding.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import type { Run } from '../../run/run.ts';
import { createRule } from '../rule.ts';

/**
 * Alloy has the target and can't scrape it; the error of the last scrape says why.
 *
 * `prometheus.scrape.rabbitmq can't scrape http://127.0.0.1:15672/metrics: nothing listens there`
 */
export const scrapeFails = createRule('scrape fails', ({ flow, stop, evidence, takenAway, run }) => {
  if (flow === undefined || stop?.of !== 'samples' || stop.at !== 'scrape failed') return undefined;
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  const source = subject?.kind === 'scraped metric' ? subject.source : undefined;
  if (source !== undefined && takenAway.includes(source)) return undefined;
  const { component, target } = stop;
  const fault = readFault(target.error);
  const isUrl = source === 'rabbitmq' && run.rabbitmq?.metricsUrl !== undefined;
  return {
    url: target.url,
    error: target.error,
    fault,
    place: locateFault(flow, component, target, fault),
    ...(source !== undefined && { source }),
    ...(isUrl && { rightUrl: readMetricsUrl(run) }),
  };
});

/** Kinds of errors of a scrape, by Alloy's own texts (Prometheus 3, scrape/scrape.go and Go's net). */
const FAULTS: readonly (readonly [ScrapeFault, RegExp])[] = [
  ['sample limit', /sample limit exceeded/],
  ['body size limit', /body size limit exceeded/],
  ['label limit', /label_(?:limit|name_length_limit|value_length_limit) exceeded|label limit/],
  ['unknown host', /no such host|server misbehaving|Temporary failure in name resolution/],
  ['refused', /connection refused/],
  ['timeout', /context deadline exceeded|i\/o timeout/],
  ['TLS', /server gave HTTP response to HTTPS client|tls: |x509: |malformed HTTP response/],
  ['HTTP status', /server returned HTTP status/],
  [
    'not metrics',
    /unsupported Content-Type|invalid (?:metric|label)|expected .* (?:after|got)|parse|unsupported character/i,
  ],
];

function readFault(error: string): ScrapeFault {
  return FAULTS.find(([, text]) => text.test(error))?.[0] ?? 'other';
}

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
