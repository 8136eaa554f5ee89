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

/** After what time an exporter gives up. */
export const CONNECTION_TIMEOUT = 'connection_timeout';

/** A user besides the password is what is there only if somebody has written it. */
function chooseSetting({ written }: Component, source: 'postgres' | 'redis', fault: ConnectFault): string {
  const isLogin = fault === 'login' || fault === 'no login';
  const isWritten = (setting: string) => written?.attributes.some(({ name }) => name === setting) === true;
  const hasUser = isWritten('redis_user');
  if (fault === 'timeout' && isWritten(CONNECTION_TIMEOUT)) return CONNECTION_TIMEOUT;
  return isLogin && source === 'redis' && hasUser ? 'redis_user' : SETTINGS[source][isLogin ? 'login' : 'address'];
}
