/** Where the samples of a scraped target stop. */
import type { ScrapeTarget } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';
import { type Component, countAt, type Flow } from './flow.ts';
import { listRules, type RelabelRule, relabel } from './relabel.ts';
import { listSteps, type RelabelStep } from './relabel-steps.ts';
import type { SamplesRoute } from './samples-route.ts';

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
  /** A rule gives the series another name, job or instance, or another label that is asked for; an empty one where it takes it away. */
  | ({ readonly at: 'relabelled'; readonly label: string; readonly from: string; readonly to: string } & RulePlace)
  /** Rules take the series out; `rule` is the position of the one that does, if it can be told. */
  | ({ readonly at: 'dropped'; readonly rule?: number } & Omit<RulePlace, 'rule'>)
  /** Remote write drops samples for good; `sent` is what it delivered. */
  | { readonly at: 'write failed'; readonly component: Component; readonly failed: number; readonly sent: number }
  /** Remote write keeps samples: it can't send them now, or not yet. */
  | {
      readonly at: 'write waits';
      readonly component: Component;
      readonly pending: number;
      readonly sent: number;
      readonly isRetrying: boolean;
    }
  /** Remote write has sent none. */
  | { readonly at: 'nothing written'; readonly component: Component }
  /** Alloy has sent them out. */
  | { readonly at: 'beyond Alloy'; readonly sent: number };

/** A rule, by its position among those of a component. */
type RulePlace = {
  readonly component: Component;
  readonly block: 'rule' | 'write_relabel_config';
  readonly rule: number;
};

/** What the page that is scraped has of a metric: its series, with the labels of the target. */
export type SourcePage = { readonly url: string; readonly series: readonly Labels[] };

/** Metrics that a scrape makes itself: they have the labels of the target, and no others. */
const OF_THE_SCRAPE = /^(?:up|scrape_\w+)$/;

/** Whether the page of a target has to tell of this metric. */
export function isOnPage(metric: string): boolean {
  return /^\w+$/.test(metric) && !OF_THE_SCRAPE.test(metric);
}

/**
 * Finds where a series of a target stops first. Without a name it is about all series of the target. `patterns` are asked of further
 * labels. Without its page only those rules are judged that read the labels which are asked for.
 */
export function findSamplesStop(
  flow: Flow,
  route: SamplesRoute,
  series: Labels = {},
  page?: SourcePage,
  patterns: LabelPatterns = {},
): SamplesStop {
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

  const metric = series.__name__;
  if (metric !== undefined) {
    const areAllKnown = (page?.series.length ?? 0) > 0 || OF_THE_SCRAPE.test(metric);
    const all = page === undefined || page.series.length === 0 ? [series] : page.series;
    const asked = all.filter((labels) => carries(labels, series, patterns));
    const ways =
      asked.length > 0
        ? asked.map((labels) =>
            followSeries(route, labels, [...Object.keys(series), ...Object.keys(patterns)], areAllKnown),
          )
        : all.map((labels) => followSeries(route, labels, [], areAllKnown));
    // One that gets through is enough.
    const [first] = ways;
    if (first !== undefined && ways.every((way) => way !== undefined)) return first;
  }
  for (const component of after) {
    const processed = countAt(flow, component, /^alloy_prometheus_relabel_metrics_processed$/);
    const written = countAt(flow, component, /^alloy_prometheus_relabel_metrics_written$/);
    if (processed > 0 && written === 0)
      return { at: 'dropped', component, block: 'rule', ...findOnlyFilter(component) };
  }
  for (const component of ends) {
    const stop = component.name === 'prometheus.remote_write' ? findWriteStop(flow, component) : undefined;
    if (stop !== undefined) return stop;
  }
  return { at: 'beyond Alloy', sent: ends.reduce((sum, end) => sum + countSent(flow, end), 0) };
}

/** What a question asks of labels beside whole values: `{queue=~"orders.*"}`. */
export type LabelPatterns = Readonly<Record<string, RegExp>>;

/** Whether a series has these labels, and others that match. */
export function carries(labels: Labels, wanted: Labels, patterns: LabelPatterns): boolean {
  return (
    Object.entries(wanted).every(([name, value]) => labels[name] === value) &&
    Object.entries(patterns).every(([name, pattern]) => pattern.test(labels[name] ?? ''))
  );
}

/** The labels that say what a series is. */
const IDENTITY = ['__name__', 'job', 'instance'] as const;

/**
 * What rules on the way make of a series: undefined if it keeps its name, its target's labels and those that are asked for. With
 * `areAllKnown` it has no others.
 */
export function followSeries(
  { after, ends }: SamplesRoute,
  series: Labels,
  asked: readonly string[],
  areAllKnown: boolean,
): SamplesStop | undefined {
  let labels = series;
  const isOnWay = ({ component, block }: RelabelStep) => block === 'rule' || ends.includes(component);
  for (const { component, block, rules } of listSteps(after).filter(isOnWay)) {
    const found = relabel(rules, labels, areAllKnown);
    if (found.droppedBy !== undefined) return { at: 'dropped', component, block, rule: found.droppedBy };
    for (const label of new Set([...IDENTITY, ...asked])) {
      const rule = found.changedBy[label];
      const [from = '', to = ''] = [series[label], found.labels[label]];
      if (rule !== undefined && from !== to) return { at: 'relabelled', component, block, rule, label, from, to };
    }
    labels = found.labels;
  }
  return undefined;
}

/** The position of the rule that takes everything out, where only one can. */
function findOnlyFilter({ settings }: Component): { readonly rule?: number } {
  const isFilter = ({ action }: RelabelRule) => action.startsWith('keep') || action.startsWith('drop');
  const rules = listRules(settings);
  return rules.filter(isFilter).length === 1 ? { rule: rules.findIndex(isFilter) } : {};
}

function findWriteStop(flow: Flow, component: Component): SamplesStop | undefined {
  const sent = countSent(flow, component);
  const failed = countAt(flow, component, /^prometheus_remote_storage_samples_failed_total$/);
  if (failed > 0) return { at: 'write failed', component, failed, sent };
  const pending = countAt(flow, component, /^prometheus_remote_storage_samples_pending$/);
  const retried = countAt(flow, component, /^prometheus_remote_storage_samples_retried_total$/);
  if (pending > 0 && (sent === 0 || retried > 0))
    return { at: 'write waits', component, pending, sent, isRetrying: retried > 0 };
  return sent === 0 ? { at: 'nothing written', component } : undefined;
}

/**
 * Alloy counts as sent what it tried to send: what failed or was tried again was not delivered by that, and neither is what it waits
 * to try again, until the first sample has been taken.
 */
function countSent(flow: Flow, component: Component): number {
  const highest = flow.metrics.filter(
    ({ labels }) => labels.component_id === component.id && labels.__name__ === HIGHEST_SENT,
  );
  if (highest.length > 0 && highest.every(({ value }) => value === 0)) return 0;
  const tried = countAt(flow, component, /^prometheus_remote_storage_samples_total$/);
  return Math.max(0, tried - countAt(flow, component, /^prometheus_remote_storage_samples_(failed|retried)_total$/));
}

/** The time of the newest sample that was taken; 0 before the first. */
const HIGHEST_SENT = 'prometheus_remote_storage_queue_highest_sent_timestamp_seconds';
