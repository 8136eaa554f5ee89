import { availableParallelism, loadavg } from 'node:os';
import type { Milliseconds } from '../otlp/ids.ts';

/** How busy this machine is: its load over the last minute, as the operating system tells it, and its cores. */
export type Load = { readonly load: number; readonly cores: number };

/** Reads it; a system that tells no load has 0. */
export function readLoad(): Load {
  return { load: loadavg()[0] ?? 0, cores: availableParallelism() };
}

/** Up to here a machine is merely used well, and what has a slack is done in time. */
const WELL_USED = 2;
const MAX_FACTOR = 5;

/** How many times what it takes on a quiet machine something may take: 1 as long as two processes share a core, and 5 at most. */
export function computeLoadFactor({ load, cores }: Load = readLoad()): number {
  return Math.min(Math.max(load / cores / WELL_USED, 1), MAX_FACTOR);
}

/** From this load on each core a machine that is late is late for that. */
const OVERLOADED = 4;

/** Whether so many processes want each core that what they do is late. */
export function isOverload({ load, cores }: Load): boolean {
  return load / cores >= OVERLOADED;
}

/** A time that suffices on a quiet machine, as long as it may be on this one now. */
export function scaleToLoad(time: Milliseconds): Milliseconds {
  return Math.round(time * computeLoadFactor());
}
