/** What RabbitMQ itself counts of its queues and exchanges, on its metrics page. */
import { getPage } from '../clients/page.ts';
import type { InstantSample } from '../clients/prometheus.ts';
import { readSamples } from '../clients/text-format.ts';
import type { Evidence } from '../findings/evidence.ts';
import { isOnPage } from '../flow/samples-stop.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';
import { scaleToLoad } from './load.ts';
import { ANSWER_MS } from './probes/probe.ts';
import { comesTrue } from './probes.ts';

/** A queue of which consumers hold messages that they have not acknowledged. */
export type HeldQueue = {
  readonly name: string;
  readonly unacknowledged: number;
  /** How many more wait in it. */
  readonly ready: number;
  readonly consumers: number;
  /** How many its present consumers have acknowledged. */
  readonly acknowledged: number;
};

export type Exchange = { readonly name: string; readonly type: string; readonly bindings: number };

/** Messages that nobody takes. */
export type WaitingQueue = { readonly name: string; readonly ready: number };

export type BrokerState = {
  /** The queues whose messages were not acknowledged during {@link WATCH}. */
  readonly held: readonly HeldQueue[];
  readonly exchanges: readonly Exchange[];
  /** The queues of the application that have more consumers than one. */
  readonly shared: readonly { readonly name: string; readonly consumers: number }[];
  /** The queues of the application without a consumer from which no message was taken during {@link WATCH}. */
  readonly waiting: readonly WaitingQueue[];
  /** How many messages queues of the application hold, but for those that are parked for a person. */
  readonly messages: number;
};

/** How long a message has to stay unacknowledged at the least: handling one takes milliseconds. */
const WATCH: Milliseconds = 1500;
/** The queues of a run itself, whose messages nobody has to handle. */
const OWN = /^(?:alloy-verify\.|amq\.gen|$)/;
/** What stays in these is for a person to inspect. */
const PARKED = /\bparked$/;

/** Reads the metrics page of RabbitMQ; undefined where it has none, or no series for each queue. */
export async function readBroker({ rabbitmq }: Run): Promise<BrokerState | undefined> {
  if (rabbitmq === undefined) return undefined;
  const first = await readPage(rabbitmq.metricsUrl);
  if (first === undefined) return undefined;
  let last = first;
  let held = listHeld(first);
  let waiting = listWaiting(first);
  // A message that is handled now is acknowledged in a moment.
  await comesTrue(scaleToLoad(WATCH), async () => {
    if (held.length === 0 && waiting.length === 0) return true;
    last = (await readPage(rabbitmq.metricsUrl)) ?? [];
    const now = listHeld(last);
    held = held.flatMap((queue) => {
      const same = now.find(({ name, acknowledged }) => name === queue.name && acknowledged === queue.acknowledged);
      return same !== undefined && same.unacknowledged >= queue.unacknowledged ? [same] : [];
    });
    const still = listWaiting(last);
    waiting = waiting.flatMap((queue) =>
      still.filter(({ name, ready }) => name === queue.name && ready >= queue.ready),
    );
    return false;
  });
  const exchanges = await readPage(`${rabbitmq.metricsUrl}/detailed?family=exchange_bindings`).catch(() => undefined);
  return {
    held,
    exchanges: listExchanges(exchanges ?? []),
    shared: listShared(first),
    waiting,
    messages: countMessages(last),
  };
}

async function readPage(url: string): Promise<InstantSample[] | undefined> {
  const { status, body } = await getPage(url, scaleToLoad(ANSWER_MS));
  return status === 200 ? readSamples(body) : undefined;
}

/** The queues of an application that have messages which are not acknowledged, on a page of RabbitMQ. */
export function listHeld(samples: readonly Pick<InstantSample, 'labels' | 'value'>[]): HeldQueue[] {
  const add = (metric: string, queue: string) =>
    samples
      .filter(({ labels }) => labels.__name__ === metric && labels.queue === queue)
      .reduce((sum, { value }) => sum + value, 0);
  const names = samples.flatMap(({ labels: { __name__, queue = '' }, value }) =>
    __name__ === 'rabbitmq_queue_messages_unacked' && value > 0 && !OWN.test(queue) ? queue : [],
  );
  return names.map((name) => ({
    name,
    unacknowledged: add('rabbitmq_queue_messages_unacked', name),
    ready: add('rabbitmq_queue_messages_ready', name),
    consumers: add('rabbitmq_queue_consumers', name),
    acknowledged: add('rabbitmq_channel_messages_acked_total', name),
  }));
}

/** The queues of an application that have messages and no consumer, and are not there to keep them. */
export function listWaiting(samples: readonly Pick<InstantSample, 'labels' | 'value'>[]): WaitingQueue[] {
  const consumed = new Set(
    samples.flatMap(({ labels: { __name__, queue }, value }) =>
      __name__ === 'rabbitmq_queue_consumers' && value > 0 ? queue : [],
    ),
  );
  return samples.flatMap(({ labels: { __name__, queue = '' }, value }) =>
    __name__ === 'rabbitmq_queue_messages_ready' && value > 0 && isWorkedOff(queue) && !consumed.has(queue)
      ? { name: queue, ready: value }
      : [],
  );
}

function countMessages(samples: readonly Pick<InstantSample, 'labels' | 'value'>[]): number {
  return samples
    .filter(({ labels: { __name__, queue = '' } }) => __name__ === 'rabbitmq_queue_messages' && isWorkedOff(queue))
    .reduce((sum, { value }) => sum + value, 0);
}

function isWorkedOff(queue: string): boolean {
  return !OWN.test(queue) && !PARKED.test(queue);
}

/** The queues of an application that several consumers take messages from. */
export function listShared(samples: readonly Pick<InstantSample, 'labels' | 'value'>[]): BrokerState['shared'] {
  return samples.flatMap(({ labels: { __name__, queue = '' }, value }) =>
    __name__ === 'rabbitmq_queue_consumers' && value > 1 && !OWN.test(queue) ? { name: queue, consumers: value } : [],
  );
}

/** What RabbitMQ's own page has of a metric that was asked for, summed; undefined where that is no metric of RabbitMQ. */
export async function readSourceValue({ rabbitmq }: Run, evidence: Evidence): Promise<number | undefined> {
  if (evidence.kind !== 'observation' || evidence.condition.kind !== 'value' || rabbitmq === undefined)
    return undefined;
  const { subject } = evidence;
  if (subject.kind !== 'scraped metric' || subject.source !== 'rabbitmq' || !isOnPage(subject.metric)) return undefined;
  // A rate or a number of series is not on the page.
  if (!new RegExp(`^(?:sum\\()?${subject.metric}\\b`).test(subject.expression)) return undefined;
  const { job: _, instance: __, ...labels } = subject.labels;
  const found = (await readPage(rabbitmq.metricsUrl))?.filter(
    (sample) =>
      sample.labels.__name__ === subject.metric &&
      Object.entries(labels).every(([name, value]) => sample.labels[name] === value),
  );
  return found === undefined || found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** The exchanges with their types (RabbitMQ documentation, Prometheus, "Individual object metrics"). */
export function listExchanges(samples: readonly Pick<InstantSample, 'labels' | 'value'>[]): Exchange[] {
  return samples.flatMap(({ labels: { __name__, exchange = '', type = '' }, value }) =>
    __name__ === 'rabbitmq_cluster_exchange_bindings' ? { name: exchange, type, bindings: value } : [],
  );
}
