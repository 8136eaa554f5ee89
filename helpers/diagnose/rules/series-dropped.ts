import { readText } from '../../clients/alloy-graph.ts';
import type { Labels } from '../../clients/prometheus.ts';
import type { Place } from '../../findings/place.ts';
import { type Component, countAt, type Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * A rule of relabelling, on the way or in remote write, takes the series out.
 *
 * `a rule of prometheus.relabel.redis takes series out that are asked for (grafana-alloy/config.alloy:118): drop "redis_.*"`
 */
export const seriesDropped = createRule('series dropped', ({ flow, stop, evidence }) => {
  if (flow === undefined) return undefined;
  if (stop?.of === 'samples' && stop.at === 'dropped') {
    const { component, block, rule } = stop;
    if (rule === undefined) return { block, place: locate(flow, component) };
    return locateRule(flow, component, block, rule);
  }
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  if (subject?.kind !== 'metric of Alloy' || subject.metric !== DROPPED) return undefined;
  const write = flow.components.find((component) => countAt(flow, component, BY_RULES, isByRules) > 0);
  return write && locateRule(flow, write, 'write_relabel_config', 0);
});

/** What remote write counts of samples that its own rules take out. */
const DROPPED = 'prometheus_remote_storage_samples_dropped_total';
const BY_RULES = /^prometheus_remote_storage_samples_dropped_total$/;
const isByRules = ({ reason }: Labels) => reason === 'dropped_series';

type RuleBlock = 'rule' | 'write_relabel_config';

/** Where a rule is written, and what it does. */
export function locateRule(flow: Flow, component: Component, block: RuleBlock, index: number) {
  const isInner = block === 'write_relabel_config';
  const settings = isInner ? component.settings?.find(({ name }) => name === 'endpoint')?.body : component.settings;
  const written = isInner ? component.written?.blocks.find(({ name }) => name === 'endpoint') : component.written;
  const rule = settings?.filter(({ name }) => name === block)[index]?.body;
  const line = written?.blocks.filter(({ name }) => name === block)[index]?.line;
  const place: Place = { ...locate(flow, component), ...(line !== undefined && { line }) };
  return { block, place, action: readText(rule, 'action') ?? 'replace', regex: readText(rule, 'regex') ?? '(.*)' };
}
