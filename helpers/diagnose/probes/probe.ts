import type { SourceFault } from '../../findings/finding.ts';
import type { Milliseconds } from '../../otlp/ids.ts';
import type { Run } from '../../run/run.ts';
import { isOverload, readLoad, scaleToLoad } from '../load.ts';

/** A part that accepts a connection and then says nothing. */
export const SILENT = Symbol('silent');

/** What a part that accepts connections does with a question: undefined if it answers as it should, or nothing can be told. */
export type Probed = typeof SILENT | { readonly fault: SourceFault; readonly reason: string } | undefined;

/**
 * Asks a part of a run for something small, which may take so long; by default what a busy machine needs. It may throw: then
 * nothing can be told.
 */
export type Probe = (run: Run, limit?: Milliseconds) => Promise<Probed>;

/** How long an answer may take by default, on a quiet machine, and on one on which anything may be late. */
export const ANSWER_MS: Milliseconds = 3000;
export const OVERLOADED_MS: Milliseconds = 15_000;
/** A timer that fires so late says that this process was not running, and nothing about the part. */
const MAX_LATE_MS: Milliseconds = 500;

/** What `ask` finds, or {@link SILENT} where it takes longer than `limit`; it should then end what it has begun. */
export async function probeInTime(
  ask: (signal: AbortSignal) => Promise<Probed>,
  limit: Milliseconds = isOverload(readLoad()) ? OVERLOADED_MS : scaleToLoad(ANSWER_MS),
): Promise<Probed> {
  const began = performance.now();
  const ending = new AbortController();
  const silence = Promise.withResolvers<Probed>();
  const timer = setTimeout(() => {
    silence.resolve(performance.now() - began > limit + MAX_LATE_MS ? undefined : SILENT);
  }, limit);
  try {
    return await Promise.race([ask(ending.signal), silence.promise]);
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
}
