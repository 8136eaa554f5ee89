import type { OtlpBatch } from '../../schema/capsules.ts';
import { joinBatches, splitBatch } from './batch.ts';

/** Why a batch was sent: its size or the timeout. */
export type Trigger = 'size' | 'timeout';

/** When to send. 0 for `maxItems` means no limit. */
export type BatcherOptions = {
  readonly minItems: number;
  readonly maxItems: number;
  readonly timeoutMs: number;
  /** Must not reject. Called for one batch at a time. */
  readonly send: (batch: OtlpBatch, trigger: Trigger) => Promise<void>;
};

/** Collects batches of one signal and sends them joined. */
export type Batcher = {
  readonly start: () => void;
  /** Resolves once the batch is held or, if it triggered sending, has been sent. */
  readonly add: (batch: OtlpBatch) => Promise<void>;
  /** Sends everything it holds; resolves once that is done. */
  readonly stop: () => Promise<void>;
};

/**
 * Batches like the Collector's batch processor: sends once it holds `minItems` items, and everything it holds
 * `timeoutMs` after the last send. No batch has more than `maxItems`. With `timeoutMs` or `minItems` 0, it sends at
 * once.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const { minItems, maxItems, timeoutMs, send } = options;
  const waits = timeoutMs > 0 && minItems > 0;
  let held: OtlpBatch[] = [];
  let items = 0;
  let sending = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const release = (trigger: Trigger): void => {
    const batch = take();
    sending = sending.then(() => send(batch, trigger));
    timer?.refresh();
  };

  const take = (): OtlpBatch => {
    const [first, ...rest] = held;
    if (first !== undefined && maxItems > 0 && first.items > maxItems) {
      held = [...splitBatch(first, maxItems), ...rest];
    }
    const taken: OtlpBatch[] = [];
    let count = 0;
    for (const batch of held) {
      if (taken.length > 0 && maxItems > 0 && count + batch.items > maxItems) {
        break;
      }
      taken.push(batch);
      count += batch.items;
    }
    held = held.slice(taken.length);
    items -= count;
    return joinBatches(taken);
  };

  const releaseAll = (trigger: Trigger): void => {
    while (items > 0) {
      release(trigger);
    }
  };

  return {
    start: () => {
      if (waits) {
        timer = setInterval(() => releaseAll('timeout'), timeoutMs);
      }
    },
    add: async (batch) => {
      if (batch.items === 0) {
        return;
      }
      held.push(batch);
      items += batch.items;
      if (waits && items < minItems) {
        return;
      }
      while (items > 0 && (!waits || items >= minItems)) {
        release('size');
      }
      await sending;
    },
    stop: async () => {
      clearInterval(timer);
      timer = undefined;
      releaseAll('timeout');
      await sending;
    },
  };
}
