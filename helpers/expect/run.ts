import { inject } from 'vitest';
import type { DeclaredPhase, Order } from '../run/phases.ts';
import type { Run } from '../run/run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    run: Run;
    order: Order;
    /** The phases of the run. */
    phases: readonly DeclaredPhase[];
  }
}

/** The run that this spec belongs to: its ID, the endpoints of its stack, and where to query its telemetry. */
export let run: Run = inject('run');

/** Replaces the run, for the unit tests of this folder. */
export function useRun(other: Run): void {
  run = other;
}
