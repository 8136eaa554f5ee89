/** What keeps an exporter of Alloy from what it measures. */
import type { ConnectFault } from '../findings/finding.ts';
import type { Component, Flow } from '../flow/flow.ts';
import { findExporters, followTargets } from '../flow/targets.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { LogLine } from './alloy-log.ts';

/** The exporter that measures a part for these scrapes; undefined if that can't be told. */
export function findExporterOf(flow: Flow, source: string, scrapes: readonly Component[]): Component | undefined {
  const exporters = findExporters(flow, source);
  const [first, ...others] = exporters;
  const isScraped = (exporter: Component) =>
    followTargets(flow, exporter).some(({ scrape }) => scrapes.includes(scrape));
  return exporters.find(isScraped) ?? (others.length === 0 ? first : undefined);
}

/** What an exporter has logged of its connection last, since a moment: what failed before that may work by now. */
export function readConnectError(
  alloyLog: readonly LogLine[],
  { id }: Pick<Component, 'id'>,
  since: Milliseconds,
): { readonly fault: ConnectFault; readonly reason: string } {
  const line = alloyLog.findLast(
    ({ component, time = 0, message, error }) =>
      component === id && time >= since && (CONNECTING.test(message) || CONNECTING.test(error)),
  );
  const reason = line === undefined ? '' : (line.error || line.message).replace(/^.*? err: /, '');
  return { reason, fault: FAULTS.find(([, text]) => text.test(reason))?.[0] ?? 'other' };
}

/** What exporters log of connections (postgres_exporter 0.11 to 0.17, redis_exporter 1.44 to 1.67). */
const CONNECTING = /connect|NOAUTH|WRONGPASS|auth|dial tcp|pq: |does not exist|SSL|TLS|i\/o timeout/i;

/** What kept the exporter from connecting, by the words of PostgreSQL, Redis and Go's net. */
const FAULTS: readonly (readonly [ConnectFault, RegExp])[] = [
  ['no login', /NOAUTH/],
  [
    'login',
    /WRONGPASS|password authentication failed|role "[^"]*" does not exist|no pg_hba\.conf entry|invalid password/i,
  ],
  ['no database', /database "[^"]*" does not exist/],
  ['unknown host', /no such host|name resolution|server misbehaving/],
  ['refused', /connection refused/],
  ['TLS', /SSL is not enabled|x509|tls:/],
  ['timeout', /timeout|deadline exceeded/],
];
