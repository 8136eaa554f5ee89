import type { ConnectFault } from '../../findings/finding.ts';
import type { Component } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { findExporters } from '../../flow/targets.ts';
import { getSource } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/** How an exporter names its address and its login. */
const SETTINGS = {
  postgres: { address: 'data_source_names', login: 'data_source_names' },
  redis: { address: 'redis_addr', login: 'redis_password' },
} as const;

/**
 * Alloy's exporter answers, and says that it can't connect to what it measures: its `pg_up` or `redis_up` is 0.
 *
 * `prometheus.exporter.redis.redis can't log in to Redis: NOAUTH Authentication required.`
 */
export const exporterCannotConnect = createRule('exporter cannot connect', (symptoms) => {
  const { flow, takenAway, exporterUp } = symptoms;
  const source = getSource(symptoms);
  if (flow === undefined || source === undefined || takenAway.includes(source) || exporterUp !== 0) return undefined;
  if (source !== 'postgres' && source !== 'redis') return undefined;
  const [exporter] = findExporters(flow, source);
  if (exporter === undefined) return undefined;
  const line = findLine(symptoms, exporter);
  const reason = line === undefined ? '' : (line.error || line.message).replace(/^.*? err: /, '');
  const fault = FAULTS.find(([, text]) => text.test(reason))?.[0] ?? 'other';
  const isLogin = fault === 'login' || fault === 'no login';
  return {
    source,
    fault,
    reason,
    place: locate(flow, exporter, SETTINGS[source][isLogin ? 'login' : 'address']),
  };
});

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

/** The newest line since the question was asked: what failed while the stack was starting may work by now. */
function findLine({ alloyLog, evidence }: Symptoms, { id }: Component) {
  const since = evidence.kind === 'observation' ? evidence.askedAt : Infinity;
  return alloyLog.findLast(
    ({ component, time = 0, message, error }) =>
      component === id && time >= since && (CONNECTING.test(message) || CONNECTING.test(error)),
  );
}
