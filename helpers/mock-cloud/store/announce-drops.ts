import type { Dropped, Signal } from './memory.ts';

const BETWEEN_LINES = 10_000;

/**
 * Says what was dropped to stay under the memory limit: the first drop at once, later ones together, at most every ten
 * seconds (`now` in milliseconds).
 */
export function announceDrops(say: (line: string) => void): (dropped: Dropped, now: number) => void {
  const since: Record<Signal, number> = { spans: 0, samples: 0, 'log records': 0 };
  let bytes = 0;
  let last = Number.NEGATIVE_INFINITY;
  return (dropped, now) => {
    bytes += dropped.bytes;
    for (const signal of ['spans', 'samples', 'log records'] as const) since[signal] += dropped.items[signal];
    if (now - last < BETWEEN_LINES) return;
    last = now;
    const items = Object.entries(since).filter(([, items]) => items > 0);
    const what = items.map(([signal, number]) => `${number} ${signal}`).join(', ');
    say(`memory limit reached: dropped the oldest ${what || 'data'} (${(bytes / 1024 / 1024).toFixed(1)} MiB)`);
    bytes = 0;
    for (const signal of ['spans', 'samples', 'log records'] as const) since[signal] = 0;
  };
}
