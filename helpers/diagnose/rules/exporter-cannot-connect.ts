import { locate } from '../../flow/place.ts';
import { findExporterOf, readConnectError } from '../connect-fault.ts';
import { getObservation, getSource } from '../observation.ts';
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
  const { flow, stop, alloyLog, takenAway, exporterUp } = symptoms;
  const source = getSource(symptoms);
  if (flow === undefined || source === undefined || takenAway.includes(source) || exporterUp !== 0) return undefined;
  if (source !== 'postgres' && source !== 'redis') return undefined;
  const exporter = findExporterOf(flow, source, stop?.of === 'samples' ? stop.route.scrapes : []);
  if (exporter === undefined) return undefined;
  const { fault, reason } = readConnectError(alloyLog, exporter, getObservation(symptoms)?.askedAt ?? 0);
  const isLogin = fault === 'login' || fault === 'no login';
  return {
    source,
    fault,
    reason,
    place: locate(flow, exporter, SETTINGS[source][isLogin ? 'login' : 'address']),
  };
});
