import { createHash } from 'node:crypto';

/** Runs a scrape over and over. */
export type ScrapeLoop = {
  readonly start: () => void;
  /** Ends the waiting; resolves when a scrape under way has ended, which `signal` of it makes soon. */
  readonly stop: () => Promise<void>;
};

/** Timestamps this near to the beat are put on it: series of even steps compress better. */
const TOLERANCE_MS = 2;
const MAX_FIRST_WAIT_MS = 200;

/**
 * Calls `scrape` every `intervalMs`, the first time after an offset of up to 0.2 s that depends on `key` alone, so that
 * targets spread. A beat that comes while a scrape is under way is left out. `scrape` must not reject; it gets the
 * timestamp for its samples.
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
