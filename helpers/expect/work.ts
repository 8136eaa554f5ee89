import type { Milliseconds } from '../otlp/ids.ts';
import type { Telemetry } from './question.ts';

/**
 * What services do beside their telemetry, as it shows where `read` looks: waiting for it ends early where one of them can't do it, or
 * `isFinal` says that it is done and wrong. With `isError` it is an error that is asked for: what services log of it is no cause.
 */
export function work<T>(
  statement: string,
  services: readonly string[],
  deadline: Milliseconds,
  read: () => Promise<T>,
  { isFinal, isError }: { readonly isFinal?: (found: T) => boolean; readonly isError?: true } = {},
): Telemetry<T> {
  const subject = { kind: 'work', statement, services, ...(isError && { isError }) } as const;
  return { subject, path: 'none', deadline, ask: read, ...(isFinal && { isFinal }) };
}
