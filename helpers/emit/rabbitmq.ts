import type { Channel, ConfirmChannel } from 'amqplib';

/** Names of queues that only this run uses: `alloy-verify.RUN.PURPOSE.0` and on. */
export function nameQueues(run: { readonly id: string }, purpose: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `alloy-verify.${run.id}.${purpose}.${index}`);
}

/** Declares queues that are exclusive to this connection: the broker deletes them when it ends. */
export async function declareQueues(channel: Channel, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => channel.assertQueue(name, { durable: false, exclusive: true })));
}

/** Publishes this many small messages to a queue; returns when the broker has confirmed them all. */
export async function publish(channel: ConfirmChannel, queue: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) channel.sendToQueue(queue, Buffer.from(`message ${n}`));
  await channel.waitForConfirms();
}

/** Starts consumers that put every message back; the returned function cancels them. */
export async function consume(channel: Channel, queue: string, count: number): Promise<() => Promise<void>> {
  const consumers = await Promise.all(
    Array.from({ length: count }, () => channel.consume(queue, (message) => message && channel.nack(message))),
  );
  return async () => {
    await Promise.all(consumers.map(({ consumerTag }) => channel.cancel(consumerTag)));
  };
}
