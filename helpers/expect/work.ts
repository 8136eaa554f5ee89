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

/** Whether a service has answered with this status, and a JSON object that has these members. */
export function hasAnswered(
  status: number,
  members: Readonly<Record<string, string>>,
): (answer: { readonly status: number; readonly json: unknown }) => boolean {
  return (answer) =>
    answer.status === status &&
    typeof answer.json === 'object' &&
    answer.json !== null &&
    Object.entries(members).every(([name, value]) =>
      Object.entries(answer.json ?? {}).some(([key, found]) => key === name && found === value),
    );
}
