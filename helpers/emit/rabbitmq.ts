import type { EventEmitter } from 'node:events';
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
  await waitForConfirms(channel);
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

/** How long RabbitMQ may take to confirm messages. */
const CONFIRM_MS = 20_000;

/** Waits until RabbitMQ has confirmed all that was published. Throws if it blocks the connection, as in an alarm, or takes too long. */
export async function waitForConfirms(channel: ConfirmChannel): Promise<void> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Its types leave out that it emits what the broker says of the connection.
  const connection = channel.connection as object as EventEmitter;
  const onBlocked = (reason: string) => reject(new Error(`RabbitMQ takes no messages: ${reason}`));
  const timer = setTimeout(
    () => reject(new Error(`RabbitMQ confirmed no message within ${CONFIRM_MS} ms`)),
    CONFIRM_MS,
  );
  connection.once('blocked', onBlocked);
  try {
    await Promise.race([channel.waitForConfirms(), failed]);
  } finally {
    clearTimeout(timer);
    connection.off('blocked', onBlocked);
  }
}
