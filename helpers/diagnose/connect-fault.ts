/** What keeps an exporter of Alloy from what it measures. */
import type { ConnectFault } from '../findings/finding.ts';
import type { Component, Flow } from '../flow/flow.ts';
import { readScrapeFault } from '../flow/scrape-fault.ts';
import type { Stop } from '../flow/stops.ts';
import { findExporters, followTargets, listGivenTargets } from '../flow/targets.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { LogLine } from './alloy-log.ts';

/** The exporter that measures a part for these scrapes; undefined if that can't be told. */
function findExporterOf(flow: Flow, source: string, scrapes: readonly Component[]): Component | undefined {
  const exporters = findExporters(flow, source);
  const [first, ...others] = exporters;
  const isScraped = (exporter: Component) =>
    followTargets(flow, exporter).some(({ scrape }) => scrapes.includes(scrape));
  return exporters.find(isScraped) ?? (others.length === 0 ? first : undefined);
}

/** What keeps the exporter of a source from it, in the exporter's words, which are empty where it gives none. */
export type ConnectProblem = { readonly exporter: Component; readonly fault: ConnectFault; readonly reason: string };

/** What is known of the way to a source. */
export type SourceState = {
  readonly flow: Flow;
  readonly stop?: Stop | undefined;
  readonly source: string | undefined;
  readonly alloyLog: readonly LogLine[];
  /** What failed before that may work by now. */
  readonly since: Milliseconds;
  readonly exporterUp?: number | undefined;
  readonly exporterError?: string | undefined;
};

/**
 * Finds what keeps the exporter of a source from it: it says that it is not connected, or it is still trying when its scrape ends,
 * and its log says why.
 */
export function findConnectProblem(state: SourceState): ConnectProblem | undefined {
  const { flow, stop, source, alloyLog, since, exporterUp, exporterError = '' } = state;
  const isSlow =
    stop?.of === 'samples' && stop.at === 'scrape failed' && readScrapeFault(stop.target.error) === 'timeout';
  const isUnconnected = exporterUp === 0 && stop?.at !== 'scrape failed';
  if (source === undefined || !(isSlow || isUnconnected)) return undefined;
  const exporter = findExporterOf(flow, source, stop?.of === 'samples' ? stop.route.scrapes : []);
  if (exporter === undefined) return undefined;
  const logged = readConnectError(alloyLog, exporter, since);
  if (isSlow && logged === '') return undefined;
  // What it says of a scrape is of the newest one, and tells more than that it can't connect.
  const reason = readFault(logged) === 'other' && isUnconnected && exporterError !== '' ? exporterError : logged;
  return { exporter, reason, fault: readFault(reason) };
}

/** What an exporter has logged of its connection last, since a moment; empty if nothing. */
function readConnectError(alloyLog: readonly LogLine[], { id }: Pick<Component, 'id'>, since: Milliseconds): string {
  const line = alloyLog.findLast(
    ({ component, time = 0, message, error }) =>
      component === id && time >= since && (CONNECTING.test(message) || CONNECTING.test(error)),
  );
  return line === undefined ? '' : (line.error || line.message).replace(/^.*? err: /, '');
}

function readFault(reason: string): ConnectFault {
  return FAULTS.find(([, text]) => text.test(reason))?.[0] ?? 'other';
}

/** The scrape that can't make a target of what it was given, and why: it says so once, when it starts, and then has no target. */
export function findInvalidTarget(
  alloyLog: readonly LogLine[],
  scrapes: readonly Component[],
): { readonly scrape: Component; readonly error: string } | undefined {
  for (const scrape of scrapes.filter(({ targets }) => targets.length === 0)) {
    const addresses = listGivenTargets(scrape).map(({ __address__ = '' }) => __address__);
    // An Alloy that was started again may have had other targets before.
    const line = alloyLog.findLast(
      ({ component, message, error }) =>
        component === scrape.id &&
        message === 'Creating target failed' &&
        addresses.some((address) => address !== '' && error.includes(address)),
    );
    if (line !== undefined) return { scrape, error: line.error };
  }
  return undefined;
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
  ['TLS', /SSL is not enabled|x509|tls:|\(rediss:\/\//],
  [
    'address',
    /unknown network|invalid (?:connection|URL)|missing port in address|too many colons in address|invalid port/i,
  ],
  ['timeout', /timeout|deadline exceeded/],
];
