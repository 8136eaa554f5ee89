import { createRule } from '../rule.ts';
import { locateRule } from './series-dropped.ts';

/**
 * A rule of relabelling on the way, or in remote write, gives the series another name, job or instance.
 *
 * `a write_relabel_config of prometheus.remote_write.x (config.alloy:160) sets __name__ to "cache_up": it is "redis_up" before`
 */
export const seriesRelabelled = createRule('series relabelled', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'samples' || stop.at !== 'relabelled') return undefined;
  const { component, block, rule, label, from, to } = stop;
  return { ...locateRule(flow, component, block, rule), label, from, to };
});
