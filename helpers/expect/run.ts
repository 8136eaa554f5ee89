import { inject } from 'vitest';
import type { DeclaredPhase, Order } from '../run/phases.ts';
import type { Run } from '../run/run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    run: Run;
    order: Order;
    phases: readonly DeclaredPhase[];
  }
}

/** The run that this spec belongs to: its ID, its stack's endpoints and where its telemetry can be asked for. */
export const run: Run = inject('run');
