import { createHash } from 'node:crypto';

/** Repeats a scrape at an interval. */
export type ScrapeLoop = {
  readonly start: () => void;
  /** Stops the loop; resolves when the current scrape, whose signal is aborted, has ended. */
  readonly stop: () => Promise<void>;
};

/** Timestamps this close to the schedule are aligned with it: evenly spaced samples compress better. */
const TOLERANCE_MS = 2;
const MAX_FIRST_WAIT_MS = 200;

/**
 * Calls `scrape` every `intervalMs`, first after an offset of up to 0.2 s that depends only on `key`, so that targets
 * are spread out. A tick during a scrape is skipped. `scrape` must not reject; it gets the timestamp for its samples.
 */
export function createScrapeLoop(
  key: string,
  intervalMs: number,
  scrape: (timestamp: number, signal: AbortSignal) => Promise<void>,
): ScrapeLoop {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let beat = 0;

  const tick = (): void => {
    const now = Date.now();
    const tolerance = Math.min(intervalMs / 100, TOLERANCE_MS);
    const timestamp = now - beat <= tolerance ? beat : now;
    running = scrape(timestamp, ending.signal).then(() => {
      if (!ending.signal.aborted) {
        schedule();
      }
    });
  };
  const schedule = (): void => {
    const missed = Math.floor((Date.now() - beat) / intervalMs);
    beat += intervalMs * Math.max(1, missed + 1);
    timer = setTimeout(tick, Math.max(0, beat - Date.now()));
  };

  return {
    start: () => {
      const spread = Math.min(intervalMs, MAX_FIRST_WAIT_MS);
      const offset = createHash('md5').update(key).digest().readUInt32BE() % Math.max(1, Math.round(spread));
      beat = Date.now() + offset;
      timer = setTimeout(tick, offset);
    },
    stop: async () => {
      ending.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
