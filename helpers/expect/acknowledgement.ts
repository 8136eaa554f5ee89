import { getPage } from '../clients/page.ts';
import { readSamples } from '../clients/text-format.ts';

/** How consumers take the messages of a queue, by RabbitMQ's own page: undefined where that has no series for each queue. */
export async function readAcknowledgement(
  metricsUrl: string,
  queue: string,
): Promise<'manual' | 'automatic' | undefined> {
  const { body } = await getPage(metricsUrl);
  const has = (metric: string) =>
    readSamples(body).some(({ labels, value }) => labels.__name__ === metric && labels.queue === queue && value > 0);
  if (has('rabbitmq_channel_messages_delivered_total')) return 'automatic';
  return has('rabbitmq_channel_messages_delivered_ack_total') ? 'manual' : undefined;
}
