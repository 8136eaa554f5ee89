import type { Labels } from '../../clients/prometheus.ts';
import { type Component, type Flow, findComponent } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { listTargets } from '../../flow/samples-route.ts';
import {
  findExporters,
  findLabelRule,
  findUnusedRelabel,
  followTargets,
  isRuleUnused,
  type TargetWay,
} from '../../flow/targets.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * What is asked for is scraped, as a target with another job or instance.
 *
 * `prometheus.scrape.redis scrapes it as job="integrations/redis", instance="redis:6379" …`
 */
export const otherTargetLabels = createRule('other target labels', (symptoms) => {
  const { flow, stop } = symptoms;
  if (flow === undefined || stop?.of !== 'samples' || stop.at !== 'no target') return undefined;
  const { job = '', instance = '' } = stop.labels;
  const wanted = { job, instance };
  for (const { scrape, relabels, exporter } of listWays(flow, symptoms)) {
    const [labels] = listTargets(scrape);
    if (labels === undefined) continue;
    const found = { job: labels.job ?? '', instance: labels.instance ?? '' };
    const wrong = (['job', 'instance'] as const).find((label) => found[label] !== wanted[label]);
    if (wrong === undefined) continue;
    const relabel = relabels.at(-1);
    const rule = relabel && findLabelRule(flow, relabel, wrong);
    const unused = exporter && findUnusedRelabel(flow, exporter);
    return {
      wanted,
      found,
      label: wrong,
      scrape: locate(flow, scrape, 'targets'),
      ...(relabel && { relabel: locate(flow, relabel) }),
      ...(rule && { rule }),
      ...(relabel && isRuleUnused(relabel, wrong, wanted[wrong]) && { isRuleUnused: true }),
      ...(unused && { unused: locate(flow, unused) }),
      ...(exporter === undefined && relabel === undefined && { isInline: true }),
    };
  }
  return undefined;
});

/** The ways to scrapes that may be meant: from the exporter of what is measured, or of a target that has one of the labels. */
function listWays(flow: Flow, { stop, evidence }: Symptoms): (TargetWay & { readonly exporter?: Component })[] {
  const subject = evidence.kind === 'observation' ? evidence.subject : undefined;
  const source = subject?.kind === 'scraped metric' || subject?.kind === 'series' ? subject.source : undefined;
  const exported = source === undefined ? [] : findExporters(flow, source);
  const ways = exported.flatMap((exporter) => followTargets(flow, exporter).map((way) => ({ ...way, exporter })));
  if (ways.length > 0) return ways;
  const labels = stop?.of === 'samples' ? stop.labels : {};
  return flow.components
    .filter((component) => component.name === 'prometheus.scrape' && hasOneOf(component, labels))
    .map((scrape) => ({ scrape, relabels: findRelabels(flow, scrape) }));
}

function hasOneOf(scrape: Component, wanted: Labels): boolean {
  return listTargets(scrape).some((labels) => Object.entries(wanted).some(([name, value]) => labels[name] === value));
}

function findRelabels(flow: Flow, scrape: Component): Component[] {
  return flow.components.filter(
    ({ name, feeds }) => name === 'discovery.relabel' && feeds.some((id) => findComponent(flow, id) === scrape),
  );
}
