import { findExporters, followTargets, traceTargets } from '../../flow/targets.ts';
import { getSource } from '../observation.ts';
import { createRule } from '../rule.ts';
import { locateRule } from './series-dropped.ts';

/**
 * A rule of `discovery.relabel` takes the targets out, so that the scrape has none.
 *
 * `a rule of discovery.relabel.redis (grafana-alloy/config.alloy:104) takes its targets out: keep "redis"`
 */
export const targetsDropped = createRule('targets dropped', (symptoms) => {
  const { flow, stop } = symptoms;
  const source = getSource(symptoms);
  if (flow === undefined || source === undefined || stop?.of !== 'samples' || stop.at !== 'no target') return undefined;
  for (const exporter of findExporters(flow, source)) {
    for (const { relabels } of followTargets(flow, exporter)) {
      for (const component of relabels) {
        const traced = traceTargets(component);
        const [first] = traced.map(({ droppedBy }) => droppedBy).filter((rule) => rule !== undefined);
        if (first === undefined || traced.some(({ droppedBy }) => droppedBy === undefined)) continue;
        return locateRule(flow, component, 'rule', first);
      }
    }
  }
  return undefined;
});
