import type { sendingQueue } from '../../schema/blocks/otelcol.ts';
import type { OtlpBatch } from '../../schema/capsules.ts';
import type { DecodedBlock } from '../../schema/schema.ts';

/** The `sending_queue` block. */
export type QueueArgs = DecodedBlock<typeof sendingQueue>;

/** The queue of one signal. */
export type SendingQueue = {
  /**
   * Resolves once the batch is queued or, with `wait_for_result`, has been sent. @throws Error `sending queue is full`
   * if there is no room and `block_on_overflow` is off
   */
  readonly offer: (batch: OtlpBatch) => Promise<void>;
  /** The size of the queue, in the unit of the block. */
  readonly size: () => number;
  /** Resolves once the queue is empty and nothing is being sent. */
  readonly drained: () => Promise<void>;
};

/** The maximum for one queue, whatever is configured. Alloy has no such limit. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

type Entry = { readonly batch: OtlpBatch; readonly done: (error?: unknown) => void };

/** Sends queued batches in order, `num_consumers` at a time. `send` must not reject. */
export function createSendingQueue(
  args: QueueArgs,
  send: (batch: OtlpBatch) => Promise<unknown>,
  onChange: (size: number) => void,
): SendingQueue {
  const waiting: Entry[] = [];
  let head = 0;
  let size = 0;
  let bytes = 0;
  let sending = 0;
  let wake: (() => void)[] = [];

  const weigh = (batch: OtlpBatch): number =>
    args.sizer === 'items' ? batch.items : args.sizer === 'bytes' ? batch.body.length : 1;
  const change = (by: number, batch: OtlpBatch): void => {
    size += by * weigh(batch);
    bytes += by * batch.body.length;
    onChange(size);
  };
  const hasRoom = (batch: OtlpBatch): boolean =>
    size + weigh(batch) <= args.queue_size && (size === 0 || bytes + batch.body.length <= MAX_QUEUED_BYTES);

  const pump = (): void => {
    while (sending < Math.max(1, args.num_consumers) && head < waiting.length) {
      const entry = waiting[head++];
      if (head > 1024) {
        waiting.splice(0, head);
        head = 0;
      }
      if (entry === undefined) {
        continue;
      }
      sending++;
      send(entry.batch).then((error) => {
        sending--;
        change(-1, entry.batch);
        entry.done(error);
        const woken = wake;
        wake = [];
        for (const look of woken) {
          look();
        }
        pump();
      });
    }
  };
  const changed = (): Promise<void> => new Promise((resolve) => wake.push(resolve));

  return {
    offer: async (batch) => {
      while (!hasRoom(batch)) {
        if (!args.block_on_overflow) {
          throw new Error('sending queue is full');
        }
        await changed();
      }
      change(1, batch);
      const result = new Promise<void>((resolve, reject) => {
        waiting.push({
          batch,
          done: (error) => (error === undefined || !args.wait_for_result ? resolve() : reject(error)),
        });
      });
      pump();
      if (args.wait_for_result) {
        await result;
      }
    },
    size: () => size,
    drained: async () => {
      while (size > 0) {
        await changed();
      }
    },
  };
}
