import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../otlp/ids.ts';

/** What one look found: whether it is what was wanted, and a sentence that says what was seen. */
export type Look<T> = {
  readonly holds: boolean;
  readonly seen: string;
  readonly value: T;
  /** No later look can hold. */
  readonly inVain?: boolean;
};

/** How the looking ended. `value` and `seen` are of the last look. */
export type Outcome<T> = Look<T> & { readonly looks: number; readonly elapsed: Milliseconds };

const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 120;

/**
 * Looks until it holds or the deadline has passed, at least once; a look that throws counts as one that doesn't hold and
 * is told as seen. The pause between looks grows from 10 to 120 ms (`slower` times as long against a hosted backend), so
 * that what arrives is noticed within a tenth of a second at little cost. Where `hopeless` says so it ends early. The only place in the project that waits by time.
 */
export async function poll<T>(
  look: () => Promise<Look<T>>,
  deadline: Milliseconds,
  { slower = 1, hopeless = async () => false }: { slower?: number; hopeless?: () => Promise<boolean> } = {},
): Promise<Outcome<T | undefined>> {
  const started = performance.now();
  for (let looks = 1, pause = FIRST_PAUSE; ; looks++, pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    const last = await look().catch(
      (error: unknown): Look<undefined> => ({
        holds: false,
        seen: error instanceof Error ? error.message : String(error),
        value: undefined,
      }),
    );
    const elapsed = performance.now() - started;
    if (last.holds || last.inVain || elapsed >= deadline || (await hopeless())) return { ...last, looks, elapsed };
    await sleep(Math.min(pause * slower, Math.max(1, deadline - elapsed)));
  }
}
