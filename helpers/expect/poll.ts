import { setTimeout as sleep } from 'node:timers/promises';
import { QueryError } from '../clients/http.ts';
import type { QueryFailure, Seen } from '../findings/evidence.ts';
import type { Milliseconds } from '../otlp/ids.ts';

/** What one attempt found. */
export type Attempt<T> = {
  readonly holds: boolean;
  readonly seen: Seen;
  readonly value: T;
  /** No later attempt can hold. */
  readonly isFinal?: boolean;
};

/** How the attempts ended; `value` and `seen` are those of the last one. */
export type Outcome<T> = Attempt<T> & { readonly attempts: number; readonly elapsed: Milliseconds };

const FIRST_PAUSE: Milliseconds = 10;
const MAX_PAUSE: Milliseconds = 120;

/** The pause after an attempt, counted from 1: it grows by half from 10 to 120 ms. */
export function computePause(attempt: number): Milliseconds {
  return Math.min(FIRST_PAUSE * 1.5 ** (attempt - 1), MAX_PAUSE);
}

/**
 * Tries at least once, until an attempt holds, the deadline has passed or `shouldGiveUp` returns true. An attempt that throws
 * does not hold. The pause between attempts grows from 10 to 120 ms (times `slower`, for a hosted backend), so arrivals are
 * noticed within a tenth of a second at little cost; a backend that wants not to be asked (`Retry-After`) is not asked. An
 * error that the same question would get again is final. `computeExtra` is what the deadline is later by now, on a busy machine. This is the only place where a criterion waits by time.
 */
export async function poll<T>(
  attempt: () => Promise<Attempt<T>>,
  deadline: Milliseconds,
  {
    slower = 1,
    shouldGiveUp = async () => false,
    computeExtra = () => 0,
  }: { slower?: number; shouldGiveUp?: () => Promise<boolean>; computeExtra?: () => Milliseconds } = {},
): Promise<Outcome<T | undefined>> {
  const started = performance.now();
  for (let attempts = 1; ; attempts++) {
    let mayAskAgainAfter = 0;
    const last = await attempt().catch((error: unknown): Attempt<undefined> => {
      const { isFinal, retryAfterMs = 0 } = error instanceof QueryError ? error : { isFinal: false };
      mayAskAgainAfter = retryAfterMs;
      return { holds: false, seen: readQueryFailure(error), value: undefined, isFinal };
    });
    const elapsed = performance.now() - started;
    const left = deadline + computeExtra() - elapsed;
    if (last.holds || last.isFinal || left <= 0 || (await shouldGiveUp())) {
      return { ...last, attempts, elapsed };
    }
    const pause = Math.max(computePause(attempts) * slower, mayAskAgainAfter);
    // A timer drops fractions of a millisecond and may end one early: an attempt just before the deadline would not be the last.
    await sleep(Math.ceil(Math.min(pause, left)) + 1);
  }
}

/** The evidence of a query that failed. */
export function readQueryFailure(error: unknown): QueryFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof QueryError)) return { kind: 'query failure', message };
  const { url, user, status, silence, stranger, leadsTo } = error;
  const more = { ...(silence && { silence }), ...(stranger && { stranger }), ...(leadsTo && { leadsTo }) };
  return { kind: 'query failure', message, request: { url, user, status, ...more } };
}
