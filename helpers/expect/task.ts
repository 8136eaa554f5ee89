import type { TaskMeta } from 'vitest';
import type { Evidence } from '../findings/evidence.ts';
import type { Finding } from '../findings/finding.ts';
import type { Part } from '../run/part.ts';
import { redactAll } from '../run/redact.ts';
import { run } from './run.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The parts that the criterion's phase needs. */
    needs?: readonly Part[];
    /** Whether the criterion only looks, and writes nothing but telemetry of the run's own. */
    isObserving?: true;
    /** The parts that the criterion has taken away and not yet brought back. */
    takenAway?: readonly Part[];
    /** What the criterion found; the last evidence of a failed one is what failed it. */
    evidence?: readonly Evidence[];
    /** Why it failed, if the evidence proves it. */
    finding?: Finding;
  }
}

/** A test whose metadata becomes its verdict. */
export type JudgedTask = { readonly meta: TaskMeta };

/** Records what a criterion found, without secrets, for its verdict. */
export function record(task: JudgedTask, evidence: Evidence): void {
  task.meta.evidence = [...(task.meta.evidence ?? []), redactAll(evidence, run)];
}
