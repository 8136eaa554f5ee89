import type { ConnectFault } from '../../findings/finding.ts';
import { locate } from '../../flow/place.ts';
import { findExporters } from '../../flow/targets.ts';
import { findRecentLogLine, getObservation } from '../readings.ts';
import { createRule } from '../rule.ts';

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
  const subject = getObservation(symptoms)?.subject;
  const source = subject?.kind === 'scraped metric' || subject?.kind === 'series' ? subject.source : undefined;
  if (flow === undefined || source === undefined || takenAway.includes(source) || exporterUp !== 0) return undefined;
  if (source !== 'postgres' && source !== 'redis') return undefined;
  const [exporter] = findExporters(flow, source);
  if (exporter === undefined) return undefined;
  const line = findRecentLogLine(symptoms, { component: exporter.id, text: CONNECTING });
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
  ['login', /WRONGPASS|password authentication failed|role "[^"]*" does not exist|no pg_hba\.conf entry|invalid password/i],
  ['no database', /database "[^"]*" does not exist/],
  ['unknown host', /no such host|name resolution|server misbehaving/],
  ['refused', /connection refused/],
  ['TLS', /SSL is not enabled|x509|tls:/],
  ['timeout', /timeout|deadline exceeded/],
];
