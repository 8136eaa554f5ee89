import type { Milliseconds } from '../otlp/ids.ts';
import type { Telemetry } from './question.ts';

/**
 * What services do beside their telemetry, as it shows where `read` looks: waiting for it ends early where one of them can't do it, or
 * `isFinal` says that it is done and wrong.
 */
export function work<T>(
  statement: string,
  services: readonly string[],
  deadline: Milliseconds,
  read: () => Promise<T>,
  isFinal?: (found: T) => boolean,
): Telemetry<T> {
  const subject = { kind: 'work', statement, services } as const;
  return { subject, path: 'none', deadline, ask: read, ...(isFinal && { isFinal }) };
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
