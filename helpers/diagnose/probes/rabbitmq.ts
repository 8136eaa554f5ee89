import { connect } from 'amqplib';
import { getPage } from '../../clients/page.ts';
import type { InstantSample } from '../../clients/prometheus.ts';
import { readSamples } from '../../clients/text-format.ts';
import { readRefusal } from '../../findings/read-refusal.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { Run } from '../../run/run.ts';
import { scaleToLoad } from '../load.ts';
import { ANSWER_MS, OVERLOADED_MS, type Probed, probeInTime } from './probe.ts';

/** Logs in to RabbitMQ over AMQP as the application does, and reads its metrics page. */
export async function probeRabbitmq({ rabbitmq }: Run, limit?: Milliseconds): Promise<Probed> {
  if (rabbitmq === undefined) return undefined;
  const { host, port, user, password, metricsUrl } = rabbitmq;
  const address = { protocol: 'amqp', hostname: host, port, username: user, password };
  const found = await probeInTime(async () => {
    try {
      // Nothing ends an opening from outside: it has a limit of its own, longer than anybody waits.
      const connection = await connect(address, { timeout: 2 * OVERLOADED_MS });
      connection.on('error', () => {});
      void connection.close().catch(() => {});
      return undefined;
    } catch (error) {
      return readRefusal(error);
    }
  }, limit);
  return found ?? (await probePage(metricsUrl));
}

async function probePage(url: string): Promise<Probed> {
  const page = await getPage(url, scaleToLoad(ANSWER_MS)).catch((error: unknown) => error);
  if (page instanceof Error) {
    return isRefused(page) ? { fault: 'no metrics page', reason: `nothing listens at ${url}` } : undefined;
  }
  const { status, body } = page as Awaited<ReturnType<typeof getPage>>;
  return status === 200 ? judge(readSamples(body)) : undefined;
}

function isRefused(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED';
}

/** The alarms in which RabbitMQ takes no messages, by their metrics. */
const ALARMS = {
  rabbitmq_alarms_memory_used_watermark: 'memory alarm: more is used than vm_memory_high_watermark allows',
  rabbitmq_alarms_free_disk_space_watermark: 'disk alarm: less is free than disk_free_limit wants',
} as const;

function judge(samples: readonly Pick<InstantSample, 'labels' | 'value'>[]): Probed {
  const find = (name: string) => samples.find(({ labels }) => labels.__name__ === name);
  for (const [name, reason] of Object.entries(ALARMS)) {
    if (find(name)?.value === 1) return { fault: 'alarm', reason };
  }
  const depth = find('rabbitmq_queue_messages');
  if (depth !== undefined && depth.labels.queue === undefined) {
    return { fault: 'no metrics per object', reason: 'rabbitmq_queue_messages has no label queue' };
  }
  return undefined;
}
