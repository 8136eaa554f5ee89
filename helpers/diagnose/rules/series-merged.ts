import type { Merged } from '../../flow/merged-series.ts';
import { locate } from '../../flow/place.ts';
import { findSameScrapes, findTargetRule } from '../../flow/targets.ts';
import type { MergedSeries } from '../merged-series.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';
import { locateRule } from './series-dropped.ts';

/**
 * A rule takes away what tells series apart, so that Alloy sends several as one, and Prometheus refuses all samples but one.
 *
 * `a rule of prometheus.relabel.rabbitmq makes one series of several (config.alloy:131): labeldrop "queue|vhost" takes away …`
 */
export const seriesMerged = createRule('series merged', (symptoms) => {
  const { flow } = symptoms;
  const merged = findConcerning(symptoms)?.merged;
  if (flow === undefined || merged?.by !== 'rule') return undefined;
  const { component, block, rule, setting, labels, metric } = merged;
  const target = setting.action === 'replace' ? { target: setting.targetLabel, replacement: setting.replacement } : {};
  return { ...locateRule(flow, component, block, rule), ...target, labels, metric };
});

/**
 * Two targets have the same labels, so that they write the same series: Prometheus refuses the samples of one, or stores both.
 *
 * `prometheus.scrape.redis (config.alloy:115) and prometheus.scrape.cache (config.alloy:124) both have a target with job=… `
 */
export const targetsAlike = createRule('targets alike', (symptoms) => {
  const { flow } = symptoms;
  const merged = findConcerning(symptoms)?.merged ?? findStoredTwice(symptoms);
  if (flow === undefined || merged?.by !== 'targets') return undefined;
  const [one, other] = merged.scrapes;
  const rule = one === other ? findTargetRule(flow, one, ['instance', 'job']) : undefined;
  return {
    scrapes: [locate(flow, one), locate(flow, other)] as const,
    labels: merged.labels,
    ...(rule && { rule: { ...locateRule(flow, rule.component, 'rule', rule.rule).place, setting: rule.label } }),
  };
});

/** The scrapes of one target whose samples are all stored, where that is what failed. */
function findStoredTwice({ flow, evidence }: Symptoms): Merged | undefined {
  if (flow === undefined || evidence.kind !== 'observation' || evidence.subject.kind !== 'delivery') return undefined;
  const { subject, seen } = evidence;
  const isTwice = seen.kind === 'delivery' && (seen.signals.samples?.twice ?? 0) > 0;
  const scrapes = isTwice && subject.labels !== undefined ? findSameScrapes(flow, subject.labels) : undefined;
  return scrapes && { by: 'targets', scrapes, labels: subject.labels ?? {} };
}

/** The series that are sent as one, where what was asked for fails at the same remote write, or at the same rule. */
function findConcerning(symptoms: Symptoms): MergedSeries | undefined {
  const { stop, merged: found } = symptoms;
  const subject = getObservation(symptoms)?.subject;
  if (found === undefined) return undefined;
  if (subject?.kind === 'metric of Alloy') {
    return /^prometheus_remote_storage_samples_(?:failed_)?total$/.test(subject.metric) ? found : undefined;
  }
  if (stop?.of !== 'samples') return undefined;
  const { merged, write } = found;
  const isSameRule =
    stop.at === 'relabelled' &&
    merged.by === 'rule' &&
    stop.component === merged.component &&
    stop.block === merged.block &&
    stop.rule === merged.rule;
  return isSameRule || (stop.at === 'write failed' && stop.component === write) ? found : undefined;
}
