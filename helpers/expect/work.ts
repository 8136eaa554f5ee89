import type { Milliseconds } from '../otlp/ids.ts';
import type { Telemetry } from './question.ts';

/** What services do beside their telemetry, as it shows where `read` looks: waiting for it ends early where one of them can't do it. */
export function work<T>(
  statement: string,
  services: readonly string[],
  deadline: Milliseconds,
  read: () => Promise<T>,
): Telemetry<T> {
  return { subject: { kind: 'work', statement, services }, path: 'none', deadline, ask: read };
}
