import type { ScrapeTarget } from '../clients/alloy-graph.ts';
import type { ScrapeFault } from '../findings/finding.ts';
import { type Component, countAt, type Flow } from './flow.ts';

/** Kinds of errors of a scrape, by Alloy's own texts (Prometheus 3, scrape/scrape.go and Go's net). */
const FAULTS: readonly (readonly [ScrapeFault, RegExp])[] = [
  ['login file', /unable to read file/],
  ['sample limit', /sample limit exceeded/],
  ['body size limit', /body size limit exceeded/],
  ['label limit', /label_(?:limit|name_length_limit|value_length_limit) exceeded|label limit/],
  ['target limit', /target_limit exceeded/],
  ['unknown host', /no such host|server misbehaving|Temporary failure in name resolution/],
  ['refused', /connection refused/],
  ['timeout', /context deadline exceeded|i\/o timeout/],
  // A server that wants TLS answers anything else with an alert.
  ['TLS', /server gave HTTP response to HTTPS client|tls: |x509: |malformed HTTP response "\\x15/],
  ['HTTP status', /server returned HTTP status/],
  [
    'not metrics',
    /unsupported Content-Type|malformed HTTP response|invalid (?:metric|label)|expected .* (?:after|got)|parse|unsupported character/i,
  ],
];

/** What kept a scrape from working. */
export function readScrapeFault(error: string): ScrapeFault {
  return FAULTS.find(([, text]) => text.test(error))?.[0] ?? 'other';
}

/** What Alloy counts of scrapes that were dropped whole. */
const EXCEEDED: readonly (readonly [ScrapeFault, RegExp])[] = [
  ['sample limit', /^prometheus_target_scrapes_exceeded_sample_limit_total$/],
  ['body size limit', /^prometheus_target_scrapes_exceeded_body_size_limit_total$/],
  ['label limit', /^prometheus_target_scrape_pool_exceeded_label_limits_total$/],
];

/**
 * What keeps the scrape of a target from working. Alloy tells the error of the last scrape only: on a busy machine a timeout may
 * hide that those before it have exceeded a limit.
 */
export function findScrapeFault(flow: Flow, scrape: Component, { error }: Pick<ScrapeTarget, 'error'>): ScrapeFault {
  const last = readScrapeFault(error);
  const [exceeded] = EXCEEDED.find(([, counter]) => countAt(flow, scrape, counter) > 0) ?? [];
  return last === 'timeout' ? (exceeded ?? last) : last;
}

/** Those that the next scrape has as well, unless something is changed. */
const LASTING: readonly ScrapeFault[] = [
  'refused',
  'unknown host',
  'HTTP status',
  'TLS',
  'not metrics',
  'sample limit',
  'body size limit',
  'label limit',
  'target limit',
  'login file',
];

/** Whether an error of a scrape stays as long as everything is as it is: a timeout may not. */
export function isLasting(error: string, fault = readScrapeFault(error)): boolean {
  return LASTING.includes(fault) && !/HTTP status 5\d\d/.test(error);
}
