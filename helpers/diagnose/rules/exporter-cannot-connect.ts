import { locate } from '../../flow/place.ts';
import { readScrapeFault } from '../../flow/scrape-fault.ts';
import { findExporterOf, readConnectError } from '../connect-fault.ts';
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
  const { flow, stop, alloyLog, takenAway, exporterUp } = symptoms;
  const source = getSource(symptoms);
  if (flow === undefined || source === undefined || takenAway.includes(source)) return undefined;
  // An exporter that keeps trying to connect lets its scrape run into the timeout, where its log says why.
  const isSlow =
    stop?.of === 'samples' && stop.at === 'scrape failed' && readScrapeFault(stop.target.error) === 'timeout';
  const isUnconnected = exporterUp === 0 && stop?.at !== 'scrape failed';
  if (!isSlow && !isUnconnected) return undefined;
  if (source !== 'postgres' && source !== 'redis') return undefined;
  const exporter = findExporterOf(flow, source, stop?.of === 'samples' ? stop.route.scrapes : []);
  if (exporter === undefined) return undefined;
  const { fault, reason } = readConnectError(alloyLog, exporter, getObservation(symptoms)?.askedAt ?? 0);
  if (isSlow && reason === '') return undefined;
  const isLogin = fault === 'login' || fault === 'no login';
  return {
    source,
    fault,
    reason,
    place: locate(flow, exporter, SETTINGS[source][isLogin ? 'login' : 'address']),
  };
});
