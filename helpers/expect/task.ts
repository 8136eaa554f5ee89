import type { TaskMeta } from 'vitest';
import type { Evidence } from '../findings/evidence.ts';
import type { Finding } from '../findings/finding.ts';
import type { Part } from '../run/part.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The parts that the criterion's phase needs. */
    needs?: readonly Part[];
    /** The parts that the criterion has taken away and not brought back yet. */
    takenAway?: readonly Part[];
    /** What the criterion found; where it failed, the last is what failed it. */
    evidence?: readonly Evidence[];
    /** Why it failed, where the evidence proves it. */
    finding?: Finding;
  }
}

/** The part of a task that holds what the verdict is made of. */
export type JudgedTask = { readonly meta: TaskMeta };

/** Adds what a criterion found to what its verdict is made of. */
export function record(task: JudgedTask, evidence: Evidence): void {
  task.meta.evidence = [...(task.meta.evidence ?? []), evidence];
}
