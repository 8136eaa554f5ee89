import { computeOtlpDeadline } from './deadlines.ts';
import type { Telemetry } from './question.ts';
import { run } from './run.ts';

/** How long the application may take for what it does at once: a retry after a lost connection included. */
const WORK_MS = 10_000;

/**
 * What the application itself has done, such as rows in its database: `what` names it in a sentence, and `ask` reads how it is
 * now. `longer` is what it may take by its own intervals.
 */
export function application<T>(what: string, ask: () => Promise<T>, longer = 0): Telemetry<T> {
  const deadline = computeOtlpDeadline(run) + WORK_MS + longer;
  return { subject: { kind: 'application', what }, path: 'otlp', deadline, ask };
}
