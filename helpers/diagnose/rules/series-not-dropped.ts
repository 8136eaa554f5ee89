import { z } from 'zod';
import type { Labels } from '../../clients/prometheus.ts';
import type { Place } from '../../findings/place.ts';
import type { Flow } from '../../flow/flow.ts';
import { locate } from '../../flow/place.ts';
import { listRules, type RelabelRule, relabel } from '../../flow/relabel.ts';
import { followSamples } from '../../flow/samples-route.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import { locateRule } from './series-dropped.ts';

/**
 * Series have arrived that were to be dropped: no rule on their way does it.
 *
 * `no rule drops pg_stat_user_tables_idx_scan on its way: prometheus.relabel.postgres would, and prometheus.scrape.postgres does not forward there`
 */
export const seriesNotDropped = createRule('series not dropped', (symptoms) => {
  const { flow } = symptoms;
  const observation = getObservation(symptoms);
  if (flow === undefined || observation?.condition.kind !== 'empty' || observation.seen.kind !== 'answer')
    return undefined;
  const series = readFirst(observation.seen.json);
  const { __name__: metric, job, instance } = series ?? {};
  if (series === undefined || metric === undefined || job === undefined || instance === undefined) return undefined;
  const { scrapes, after } = followSamples(flow, { job, instance });
  const [scrape] = scrapes;
  if (scrape === undefined) return undefined;
  const relabels = flow.components.filter(({ name }) => name === 'prometheus.relabel');
  const filter = relabels.find(
    (component) =>
      !after.includes(component) && relabel(listRules(component.settings), series, true).droppedBy !== undefined,
  );
  const passed = after.find((component) => relabels.includes(component));
  const dropping = after.find(
    (component) =>
      relabels.includes(component) && relabel(listRules(component.settings), series, true).droppedBy !== undefined,
  );
  // Another edge of the scrape leads past it.
  if (dropping !== undefined) {
    return {
      metric,
      scrape: locate(flow, scrape, 'forward_to'),
      filter: locate(flow, dropping),
      isPassedBy: true as const,
    };
  }
  const setting = findSetting(flow, metric);
  const partly = passed && listRules(passed.settings).findIndex((rule) => matchesPartly(rule, series));
  return {
    metric,
    scrape: locate(flow, scrape, 'forward_to'),
    ...(filter && { filter: locate(flow, filter) }),
    ...(passed && { passed: locate(flow, passed) }),
    ...(passed && partly !== undefined && partly >= 0 && { partly: locateRule(flow, passed, 'rule', partly) }),
    ...(setting && { setting }),
  };
});

/** The settings of exporters that make series which nobody wants by default (Alloy documentation, prometheus.exporter.*). */
const MAKERS: readonly (readonly [metric: RegExp, exporter: string, settings: readonly string[]])[] = [
  [/^redis_key_|^redis_keys_count$/, 'redis', ['check_keys', 'check_single_keys', 'check_key_groups', 'count_keys']],
  [/^redis_stream_/, 'redis', ['check_streams', 'check_single_streams']],
  [/^redis_connected_clients?_/, 'redis', ['export_client_list']],
];

/** The setting of an exporter because of which it has a metric. */
function findSetting(flow: Flow, metric: string): Place | undefined {
  return MAKERS.filter(([pattern]) => pattern.test(metric))
    .flatMap(([, exporter, settings]) =>
      flow.components
        .filter(({ name }) => name === `prometheus.exporter.${exporter}`)
        .flatMap((component) => settings.map((setting) => locate(flow, component, setting))),
    )
    .find(({ expression }) => expression !== undefined);
}

/** Whether a rule would drop a series if its regex had to match only a part of the value. */
function matchesPartly({ action, sourceLabels, separator, regex }: RelabelRule, series: Labels): boolean {
  if (action !== 'drop' || sourceLabels.length === 0) return false;
  try {
    return new RegExp(regex).test(sourceLabels.map((name) => series[name] ?? '').join(separator));
  } catch {
    return false;
  }
}

/** The labels of the first series of an answer. */
function readFirst(json: string): Labels | undefined {
  const [, first = ''] = /^\[(\{[^{}]*\})/.exec(json) ?? [];
  try {
    return z.record(z.string(), z.string()).safeParse(JSON.parse(first)).data;
  } catch {
    return undefined;
  }
}
