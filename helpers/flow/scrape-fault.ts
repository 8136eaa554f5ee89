import type { ScrapeFault } from '../findings/finding.ts';

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

/** What kept a scrape from working. */
export function readScrapeFault(error: string): ScrapeFault {
  return FAULTS.find(([, text]) => text.test(error))?.[0] ?? 'other';
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
];

/** Whether an error of a scrape stays as long as everything is as it is: a timeout may not. */
export function isLasting(error: string): boolean {
  return LASTING.includes(readScrapeFault(error)) && !/HTTP status 5\d\d/.test(error);
}
