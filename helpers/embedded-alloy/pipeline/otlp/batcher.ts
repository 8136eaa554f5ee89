import type { OtlpBatch } from '../../schema/capsules.ts';
import { joinBatches, splitBatch } from './batch.ts';

/** Why a batch was sent: enough had come, or enough time had passed. */
export type Trigger = 'size' | 'timeout';

/** When to send; 0 for `largest` means no limit. */
export type BatcherOptions = {
  readonly minItems: number;
  readonly maxItems: number;
  readonly timeoutMs: number;
  /** Must not reject. Called for one batch at a time. */
  readonly send: (batch: OtlpBatch, trigger: Trigger) => Promise<void>;
};

/** Gathers batches of one signal and sends them joined. */
export type Batcher = {
  readonly start: () => void;
  /** Resolves when the batch is held, or, when it made the held ones enough, has been sent. */
  readonly add: (batch: OtlpBatch) => Promise<void>;
  /** Sends what is held; resolves when everything has been sent. */
  readonly stop: () => Promise<void>;
};

/**
 * Batches as the Collector's batch processor does: sends when `smallest` items are held, and what there is every
 * `timeoutMs` since the last sending; no batch holds more than `largest`. With `timeoutMs` or `smallest` 0 nothing waits.
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
