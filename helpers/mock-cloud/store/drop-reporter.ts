import { type Dropped, SIGNALS } from './memory.ts';

const MIN_PAUSE_MS = 10_000;

/**
 * Reports what was dropped to stay below the memory limit: the first drop at once, later ones summed up, at most every
 * ten seconds (`now` in milliseconds).
 */
export function createDropReporter(say: (line: string) => void): (dropped: Dropped, now: number) => void {
  const items = { spans: 0, samples: 0, 'log records': 0 };
  let bytes = 0;
  let last = Number.NEGATIVE_INFINITY;
  return (dropped, now) => {
    bytes += dropped.bytes;
    for (const signal of SIGNALS) items[signal] += dropped.items[signal];
    if (now - last < MIN_PAUSE_MS) return;
    last = now;
    const parts = SIGNALS.filter((signal) => items[signal] > 0).map((signal) => `${items[signal]} ${signal}`);
    const what = parts.join(', ') || 'data';
    say(`memory limit reached: dropped the oldest ${what} (${(bytes / 1024 / 1024).toFixed(1)} MiB)`);
    bytes = 0;
    for (const signal of SIGNALS) items[signal] = 0;
  };
}
