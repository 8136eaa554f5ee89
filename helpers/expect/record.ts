import type { TaskMeta } from 'vitest';
import type { Finding } from '../diagnose/finding.ts';
import type { Part } from '../run/part.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The parts that the criterion's phase needs. */
    needs?: readonly Part[];
    /** What the verdict tells of this criterion. */
    evidence?: string[];
    cause?: string;
    fix?: string;
  }
}

/** The part of a task that takes notes. */
export type Noted = { readonly meta: TaskMeta };

/** Notes one proven fact for the verdict. */
export function noteEvidence(task: Noted, fact: string): void {
  task.meta.evidence = [...(task.meta.evidence ?? []), fact];
}

/** Notes why the criterion fails, unless a cause was noted before: the first is nearest to the root. */
export function noteCause(task: Noted, finding: Finding): void {
  if (task.meta.cause !== undefined) return;
  task.meta.cause = finding.cause;
  task.meta.fix = finding.fix;
}
