/** Where the samples of a scraped target stop. */
import type { ScrapeTarget } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';
import { type Component, countAt, type Flow } from './flow.ts';
import { findDroppingRule, listRules, type SamplesRoute } from './samples-route.ts';

/** The place at which samples stop, and what was counted there in this run. */
export type SamplesStop =
  /** No scrape has a target with these labels. */
  | { readonly at: 'no target' }
  /** The target can't be scraped. */
  | { readonly at: 'scrape failed'; readonly component: Component; readonly target: ScrapeTarget }
  /** The target has not been scraped yet. */
  | { readonly at: 'not scraped'; readonly component: Component }
  /** A component that forwards to none. */
  | { readonly at: 'dead end'; readonly component: Component }
  /** Rules take the series out; `rule` is the position of the one that does, if it can be told. */
  | {
      readonly at: 'dropped';
      readonly component: Component;
      readonly block: 'rule' | 'write_relabel_config';
      readonly rule?: number;
    }
  /** Remote write drops samples for good; `sent` is what it delivered. */
  | { readonly at: 'write failed'; readonly component: Component; readonly failed: number; readonly sent: number }
  /** Remote write keeps samples that it can't send now. */
  | { readonly at: 'write waits'; readonly component: Component; readonly pending: number; readonly sent: number }
  /** Remote write has sent none. */
  | { readonly at: 'nothing written'; readonly component: Component }
  /** Alloy has sent them out. */
  | { readonly at: 'beyond Alloy'; readonly sent: number };

/** Finds where a series of a target stops first. Without a name it is about all series of the target. */
export function findSamplesStop(flow: Flow, route: SamplesRoute, series: Labels = {}): SamplesStop {
  const { scrapes, targets, after, deadEnds, ends } = route;
  const [scrape] = scrapes;
  if (scrape === undefined) return { at: 'no target' };
  const failing = targets.find(({ error }) => error !== '');
  if (failing !== undefined) {
    const component = scrapes.find((one) => one.targets.includes(failing)) ?? scrape;
    return { at: 'scrape failed', component, target: failing };
  }
  if (targets.length > 0 && targets.every(({ isScraped }) => !isScraped))
    return { at: 'not scraped', component: scrape };
  const [deadEnd] = deadEnds;
  if (deadEnd !== undefined) return { at: 'dead end', component: deadEnd };

  for (const component of after) {
    const rule = findDroppingRule(listRules(component.settings), series);
    if (series.__name__ !== undefined && rule !== undefined) return { at: 'dropped', component, block: 'rule', rule };
    const processed = countAt(flow, component, /^alloy_prometheus_relabel_metrics_processed$/);
    const written = countAt(flow, component, /^alloy_prometheus_relabel_metrics_written$/);
    if (processed > 0 && written === 0) return { at: 'dropped', component, block: 'rule' };
  }
  for (const component of ends) {
    const stop = component.name === 'prometheus.remote_write' ? findWriteStop(flow, component, series) : undefined;
    if (stop !== undefined) return stop;
  }
  return { at: 'beyond Alloy', sent: ends.reduce((sum, end) => sum + countSent(flow, end), 0) };
}

function findWriteStop(flow: Flow, component: Component, series: Labels): SamplesStop | undefined {
  const sent = countSent(flow, component);
  const failed = countAt(flow, component, /^prometheus_remote_storage_samples_failed_total$/);
  if (failed > 0) return { at: 'write failed', component, failed, sent };
  const endpoints = (component.settings ?? []).filter(({ name }) => name === 'endpoint');
  for (const { body } of endpoints) {
    const rule = findDroppingRule(listRules(body, 'write_relabel_config'), series);
    if (series.__name__ !== undefined && rule !== undefined) {
      return { at: 'dropped', component, block: 'write_relabel_config', rule };
    }
  }
  const pending = countAt(flow, component, /^prometheus_remote_storage_samples_pending$/);
  const retried = countAt(flow, component, /^prometheus_remote_storage_samples_retried_total$/);
  // Alloy counts what it sends before it gets an answer.
  const sentTimes = flow.metrics.filter(
    ({ labels }) => labels.component_id === component.id && HIGHEST_SENT.test(labels.__name__ ?? ''),
  );
  const hasNoAnswer = sentTimes.length > 0 && sentTimes.every(({ value }) => value === 0);
  if (pending > 0 && (sent === 0 || retried > 0 || hasNoAnswer)) return { at: 'write waits', component, pending, sent };
  return sent === 0 ? { at: 'nothing written', component } : undefined;
}

const HIGHEST_SENT = /^prometheus_remote_storage_queue_highest_sent_timestamp_seconds$/;

/** Alloy counts as sent what it tried to send: what failed or was tried again was not delivered by that. */
function countSent(flow: Flow, component: Component): number {
  const tried = countAt(flow, component, /^prometheus_remote_storage_samples_total$/);
  return Math.max(0, tried - countAt(flow, component, /^prometheus_remote_storage_samples_(failed|retried)_total$/));
}
