import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * A component on the way of the samples forwards them to none.
 *
 * `prometheus.scrape.redis forwards to nothing: forward_to is [] (grafana-alloy/config.alloy:112)`
 */
export const forwardsToNothing = createRule('forwards to nothing', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'samples' || stop.at !== 'dead end') return undefined;
  const [write] = flow.components.filter(({ name }) => name === 'prometheus.remote_write');
  return {
    place: locate(flow, stop.component, 'forward_to'),
    ...(write !== undefined && { receiver: `${write.id}.receiver` }),
  };
});
