import { readText } from '../../clients/alloy-graph.ts';
import type { Component, Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import type { Place } from '../../findings/place.ts';
import { createRule } from '../rule.ts';

/**
 * A rule of relabelling, on the way or in remote write, takes the series out.
 *
 * `a rule of prometheus.relabel.redis drops redis_up (grafana-alloy/config.alloy:118)`
 */
export const seriesDropped = createRule('series dropped', ({ flow, stop, evidence }) => {
  if (flow === undefined || stop?.of !== 'samples' || stop.at !== 'dropped') return undefined;
  const { component, block, rule } = stop;
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  const metric = subject?.kind === 'scraped metric' ? subject.metric : '';
  const found = rule === undefined ? undefined : locateRule(flow, component, block, rule);
  return { block, place: found?.place ?? locate(flow, component), metric, ...(found && { action: found.action, regex: found.regex }) };
});

function locateRule(flow: Flow, component: Component, block: string, index: number) {
  const isInner = block === 'write_relabel_config';
  const settings = isInner ? component.settings?.find(({ name }) => name === 'endpoint')?.body : component.settings;
  const written = isInner ? component.written?.blocks.find(({ name }) => name === 'endpoint') : component.written;
  const rule = settings?.filter(({ name }) => name === block)[index]?.body;
  const line = written?.blocks.filter(({ name }) => name === block)[index]?.line;
  const place: Place = { ...locate(flow, component), ...(line !== undefined && { line }) };
  return { place, action: readText(rule, 'action') ?? 'replace', regex: readText(rule, 'regex') ?? '(.*)' };
}
