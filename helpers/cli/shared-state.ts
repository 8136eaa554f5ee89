import type { Verdict } from '../report/verdict.ts';
import type { DeclaredPhase } from '../run/phases.ts';
import type { JoinedRun } from '../stack/start.ts';

/** The one run of this process, with the phases that it was started for. */
export type SharedRun = {
  readonly started: Promise<JoinedRun>;
  readonly phases: readonly DeclaredPhase[];
  /** Whether the phases run as one file, and the verdict is printed: `npm run verify` does so. */
  readonly isVerify: boolean;
  /** Whether the verdict is printed as `verify` does it. */
  readonly isPrinted: boolean;
  /** Where its verdict is written; `reports/verdict.json` by default. */
  readonly verdictFile?: string;
  users: number;
  /** What the reporter has found, once all criteria have ended. */
  verdict?: Verdict;
};

const place = globalThis as { alloyVerify?: { run?: SharedRun } };
place.alloyVerify ??= {};
/** vitest loads modules again for its configuration and for each project: what they share has to lie outside of them. */
export const shared: { run?: SharedRun } = place.alloyVerify;
