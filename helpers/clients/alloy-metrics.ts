import type { AlloyEndpoint, AlloySample, Run, SentCounts } from '../run/run.ts';
import { getPage } from './page.ts';
import type { InstantSample, Labels } from './prometheus.ts';
import { readSamples } from './text-format.ts';

/** Alloy's own metrics. */
export async function readAlloyMetrics({ url }: Pick<AlloyEndpoint, 'url'>): Promise<InstantSample[]> {
  return readSamples((await getPage(`${url}/metrics`)).body);
}

/** The sum of a metric over all its series with these labels; 0 if it has none, like a counter before its first event. */
export async function readAlloyTotal(
  alloy: Pick<AlloyEndpoint, 'url'>,
  name: string,
  labels: Labels = {},
): Promise<number> {
  return addUp(await readAlloyMetrics(alloy), (found) => found.__name__ === name && carries(found, labels));
}

/** For each pattern, the sum of the metrics whose names match it. All are read at the same moment. */
export async function readAlloyTotals(alloy: Pick<AlloyEndpoint, 'url'>, names: readonly RegExp[]): Promise<number[]> {
  const samples = await readAlloyMetrics(alloy);
  return names.map((name) => addUp(samples, ({ __name__ = '' }) => name.test(__name__)));
}

/** The counters of what was sent, of Alloy's two ways to Grafana Cloud. */
const SENT = [
  /^prometheus_remote_storage_samples_total$/,
  /^otelcol_exporter_sent_metric_points_total$/,
  /^otelcol_exporter_sent_spans_total$/,
  /^otelcol_exporter_sent_log_records_total$/,
];

/** What Alloy has sent in this run; undefined if it gives no answer, or was started again since. */
export async function readSentCounts({ alloy, alloyBefore = [] }: RunningAlloy): Promise<SentCounts | undefined> {
  const samples = await readAlloyMetrics(alloy).catch(() => undefined);
  if (samples === undefined) return undefined;
  const count = (name: RegExp) => {
    const isWanted = ({ __name__ = '' }: Labels) => name.test(__name__);
    return addUp(samples, isWanted) - addUp(alloyBefore, isWanted);
  };
  const [remote = 0, points = 0, spans = 0, logLines = 0] = SENT.map(count);
  const sent = { samples: remote + points, spans, logLines };
  return Object.values(sent).some((value) => value < 0) ? undefined : sent;
}

type RunningAlloy = Pick<Run, 'alloyBefore'> & { readonly alloy: Pick<AlloyEndpoint, 'url'> };

/** Alloy's own metrics: counters as they rose in this run, gauges as they are. */
export async function readRunMetrics({ alloy, alloyBefore = [] }: RunningAlloy): Promise<InstantSample[]> {
  const samples = await readAlloyMetrics(alloy);
  if (alloyBefore.length === 0) return samples;
  const before = new Map(alloyBefore.map(({ labels, value }) => [formatKey(labels), value]));
  return samples.map((sample) => {
    const earlier = before.get(formatKey(sample.labels)) ?? 0;
    // A counter that has fallen was started again, with its Alloy.
    return sample.value < earlier ? sample : { ...sample, value: sample.value - earlier };
  });
}

/** The counters that have counted, as {@link readRunMetrics} and {@link readSentCounts} need them from a run's beginning. */
export async function readCounters(alloy: Pick<AlloyEndpoint, 'url'>): Promise<AlloySample[]> {
  return (await readAlloyMetrics(alloy))
    .filter(({ labels: { __name__ = '' }, value }) => value !== 0 && COUNTER.test(__name__))
    .map(({ labels, value }) => ({ labels, value }));
}

/** Those of relabelling have no suffix. */
const COUNTER = /_total$|^alloy_prometheus_relabel_metrics_(processed|written)$/;

function formatKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the OTLP receivers counted for one transport, by signal. */
export type ReceiverCounts = Readonly<Record<'accepted' | 'refused', Readonly<Record<Signal, number>>>>;
type Signal = 'spans' | 'metric_points' | 'log_records';

/** How many items the OTLP receivers have accepted and refused over this transport since Alloy started. */
export async function readReceiverCounts(
  alloy: Pick<AlloyEndpoint, 'url'>,
  transport: 'grpc' | 'http',
): Promise<ReceiverCounts> {
  const samples = await readAlloyMetrics(alloy);
  const count = (verb: string, signal: Signal) =>
    addUp(samples, (labels) => {
      return labels.__name__ === `otelcol_receiver_${verb}_${signal}_total` && labels.transport === transport;
    });
  const bySignal = (verb: string) => ({
    spans: count(verb, 'spans'),
    metric_points: count(verb, 'metric_points'),
    log_records: count(verb, 'log_records'),
  });
  return { accepted: bySignal('accepted'), refused: bySignal('refused') };
}

function addUp(samples: readonly AlloySample[], isWanted: (labels: Labels) => boolean): number {
  return samples.filter(({ labels }) => isWanted(labels)).reduce((total, { value }) => total + value, 0);
}

function carries(found: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value);
}
