import type { ConnectFault } from '../../findings/finding.ts';
import type { Component } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { findConnectProblem } from '../connect-fault.ts';
import { getObservation, getSource } from '../observation.ts';
import { createRule } from '../rule.ts';

/** How an exporter names its address and its login. */
const SETTINGS = {
  postgres: { address: 'data_source_names', login: 'data_source_names' },
  redis: { address: 'redis_addr', login: 'redis_password' },
} as const;

/**
 * Alloy's exporter can't connect to what it measures: its `pg_up` or `redis_up` is 0, or it is still trying when its scrape ends.
 *
 * `prometheus.exporter.redis.redis can't log in to Redis: NOAUTH Authentication required.`
 */
export const exporterCannotConnect = createRule('exporter cannot connect', (symptoms) => {
  const { flow, takenAway } = symptoms;
  const source = getSource(symptoms);
  if (flow === undefined || (source !== 'postgres' && source !== 'redis') || takenAway.includes(source))
    return undefined;
  const found = findConnectProblem({ ...symptoms, flow, source, since: getObservation(symptoms)?.askedAt ?? 0 });
  if (found === undefined) return undefined;
  const { exporter, fault, reason } = found;
  return { source, fault, reason, place: locate(flow, exporter, chooseSetting(exporter, source, fault)) };
});

/** A user besides the password is what is there only if somebody has written it. */
function chooseSetting({ written }: Component, source: 'postgres' | 'redis', fault: ConnectFault): string {
  const isLogin = fault === 'login' || fault === 'no login';
  const hasUser = written?.attributes.some(({ name }) => name === 'redis_user') === true;
  return isLogin && source === 'redis' && hasUser ? 'redis_user' : SETTINGS[source][isLogin ? 'login' : 'address'];
}
