/** Where the flow stops for what a question asks about. */
import type { Labels } from '../clients/prometheus.ts';
import type { Subject } from '../findings/evidence.ts';
import type { Signal } from '../findings/finding.ts';
import { type Flow, SIGNALS } from './flow.ts';
import { followSignal, isOfOtherProtocol, type OtlpRoute } from './otlp-route.ts';
import { findOtlpStop, type OtlpStop } from './otlp-stop.ts';
import { areTargetsKnown, followSamples, hasNoUrl, listTargets, type SamplesRoute } from './samples-route.ts';
import { carries, findSamplesStop, type LabelPatterns, type SamplesStop, type SourcePage } from './samples-stop.ts';

/** A place at which a signal, or the samples of a job, stop, and the components that they pass. */
export type Stop =
  | SignalStop
  | ({ readonly of: 'samples'; readonly labels: Labels; readonly route: SamplesRoute } & SamplesStop);

/** The place at which a signal stops. */
export type SignalStop = { readonly of: 'signal'; readonly signal: Signal; readonly route: OtlpRoute } & OtlpStop;

const SIGNAL_OF: Readonly<Partial<Record<Subject['kind'], Signal>>> = {
  trace: 'traces',
  traces: 'traces',
  'OTLP metric': 'metrics',
  logs: 'logs',
};

/**
 * Where the flow of what a question asks about stops; of delivery as a whole, the first signal that never gets out,
 * or else does not now. Undefined
 * where the question is about nothing that flows.
 */
export function findStop(flow: Flow, subject: Subject, page?: SourcePage): Stop | undefined {
  if (subject.kind === 'delivery' && subject.labels !== undefined) {
    const { labels } = subject;
    const route = followSamples(flow, labels);
    return { of: 'samples', labels, route, ...findSamplesStop(flow, route) };
  }
  if (subject.kind === 'scraped metric' || subject.kind === 'series') {
    const { metric, labels } = subject.kind === 'series' ? readSelector(subject.selector) : subject;
    const { job, instance } = labels;
    const place = { ...(job !== undefined && { job }), ...(instance !== undefined && { instance }) };
    if (job === undefined) return undefined;
    const route = followSamples(flow, place);
    if (route.scrapes.length === 0 && !areTargetsKnown(flow)) return undefined;
    const name = /^\w+$/.test(metric) ? { __name__: metric } : {};
    const patterns = subject.kind === 'scraped metric' ? readPatterns(subject.expression) : {};
    const asked = { ...labels, ...name };
    return { of: 'samples', labels: place, route, ...findSamplesStop(flow, route, asked, page, patterns) };
  }
  if (subject.kind === 'delivery') {
    const stops = SIGNALS.map((signal) => findSignalStop(flow, signal));
    const isInAlloy = ({ at }: SignalStop) => at !== 'beyond Alloy' && at !== 'nothing accepted';
    // What waits to be sent may have left a moment later.
    return stops.find((stop) => isForGood(flow, stop)) ?? stops.find(isInAlloy) ?? stops[0];
  }
  const signal = SIGNAL_OF[subject.kind];
  return signal && findSignalStop(flow, signal);
}

/** The labels that a selector asks for by their whole values: `{job="x",instance=~"y.*"}` has one. */
function readSelector(selector: string): { readonly metric: string; readonly labels: Labels } {
  const pairs = [...selector.matchAll(/[{,]\s*(\w+)="((?:[^"\\]|\\.)*)"/g)];
  const { __name__ = '', ...labels } = Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
  return { metric: __name__, labels };
}

/** Whether a page has series as a question asks for them. */
export function isAskedOnPage(
  { expression, labels }: Extract<Subject, { kind: 'scraped metric' }>,
  page: SourcePage,
): boolean {
  return page.series.some((series) => carries(series, labels, readPatterns(expression)));
}

/** The patterns that an expression asks of labels; what JavaScript refuses is left out. */
function readPatterns(expression: string): LabelPatterns {
  const pairs = [...expression.matchAll(/[{,]\s*(\w+)=~("(?:[^"\\]|\\.)*")/g)];
  return Object.fromEntries(
    pairs.flatMap(([, name = '', quoted = '']) => {
      try {
        return [[name, new RegExp(`^(?:${JSON.parse(quoted)})$`, 's')] as const];
      } catch {
        return [];
      }
    }),
  );
}

/** Where a signal stops. */
export function findSignalStop(flow: Flow, signal: Signal): SignalStop {
  const route = followSignal(flow, signal);
  return { of: 'signal', signal, route, ...findOtlpStop(flow, signal, route) };
}

/** Whether nothing will ever pass: the configuration itself is the reason, and waiting changes nothing. */
export function isForGood({ components }: Flow, stop: Stop): boolean {
  if (stop.at === 'nothing written' && stop.route.ends.every(hasNoUrl)) return true;
  if (stop.at === 'dropped') return stop.rule !== undefined;
  if (stop.at === 'relabelled') return true;
  if (stop.of === 'signal' && stop.at !== 'beyond Alloy' && stop.route.exporters.length > 0) {
    if (stop.route.exporters.every(isOfOtherProtocol)) return true;
  }
  // A scrape without targets may wait for those of a discovery; relabelling makes none.
  const isDiscovering = components.some(({ name }) => name.startsWith('discovery.') && name !== 'discovery.relabel');
  const hasAllTargets =
    !isDiscovering || components.every((one) => one.name !== 'prometheus.scrape' || listTargets(one).length > 0);
  return stop.at === 'no receiver' || stop.at === 'dead end' || (stop.at === 'no target' && hasAllTargets);
}
