import type { AlloyEndpoint, SentCounts } from '../run/run.ts';
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

/** What Alloy has sent since its start, beyond `before`; undefined if it gives no answer, or was started again since. */
export async function readSentCounts(
  alloy: Pick<AlloyEndpoint, 'url'>,
  before: SentCounts = { samples: 0, spans: 0, logLines: 0 },
): Promise<SentCounts | undefined> {
  const counts = await readAlloyTotals(alloy, SENT).catch(() => undefined);
  if (counts === undefined) return undefined;
  const [remote = 0, points = 0, spans = 0, logs = 0] = counts;
  const sent = {
    samples: remote + points - before.samples,
    spans: spans - before.spans,
    logLines: logs - before.logLines,
  };
  return Object.values(sent).some((count) => count < 0) ? undefined : sent;
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

function addUp(samples: readonly InstantSample[], isWanted: (labels: Labels) => boolean): number {
  return samples.filter(({ labels }) => isWanted(labels)).reduce((total, { value }) => total + value, 0);
}

function carries(found: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => found[name] === value);
}
