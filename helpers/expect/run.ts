import { inject } from 'vitest';
import type { Order } from '../run/phases.ts';
import type { Run } from '../run/run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    run: Run;
    order: Order;
  }
}

/** The run that this spec belongs to: its ID, its stack's endpoints and where its telemetry can be asked for. */
export let run: Run = inject('run');

/** Takes another run in its place: for the tests of the judge, which belong to none. */
export function useRun(other: Run): void {
  run = other;
}
