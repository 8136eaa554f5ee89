import type { SourceFault } from './finding.ts';

/** Why a source refuses what it is asked for, with its own words. */
export type SourceRefusal = {
  readonly source: 'postgres' | 'redis' | 'rabbitmq';
  readonly fault: SourceFault;
  readonly reason: string;
};

/** What PostgreSQL refuses, by its error codes (appendix A of its documentation). */
const POSTGRES: readonly (readonly [RegExp, SourceFault])[] = [
  [/^28/, 'login'],
  [/^3D000$/, 'no database'],
  // A database that is taken out of service.
  [/^55000$/, 'no database'],
  [/^53300$/, 'too many clients'],
  [/^25006$/, 'read-only'],
  [/^42501$/, 'no permission'],
  // By statement_timeout, or by somebody.
  [/^57014$/, 'cancels'],
  [/^42/, 'schema'],
];

/** What Redis refuses, by the first word of its error or, where that is no more than ERR, by all of it. */
const REDIS: readonly (readonly [RegExp, SourceFault])[] = [
  [/^(?:WRONGPASS|NOAUTH)\b|invalid password|without any password/, 'login'],
  [/^ERR max number of clients reached/, 'too many clients'],
  [/^READONLY\b/, 'read-only'],
  [/^OOM\b/, 'out of memory'],
  [/^NOPERM\b/, 'no permission'],
];

/** What RabbitMQ refuses, by the name of its reply code and the words after it. */
const RABBITMQ: readonly (readonly [RegExp, SourceFault])[] = [
  [/ACCESS_REFUSED - Login was refused/, 'login'],
  [/NOT_ALLOWED - .*connection limit/, 'too many clients'],
  [/ACCESS_REFUSED|NOT_ALLOWED - access to vhost/, 'no permission'],
  [/NOT_ALLOWED - vhost .* not found/, 'no database'],
  [/PRECONDITION_FAILED - (?:cannot declare queue|queue limit)/, 'queue limit'],
  [/PRECONDITION_FAILED - inequivalent arg/, 'other queue'],
  [/NOT_FOUND - no (?:queue|exchange)/, 'no queue'],
];

/** Reads why PostgreSQL, Redis or RabbitMQ has refused something, from the error of its client; undefined for any other error. */
export function readRefusal(error: unknown): SourceRefusal | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  const reason = String(error.message);
  const code = 'code' in error ? String(error.code) : '';
  // What a server reports has a severity; what the client finds itself has not.
  if ('severity' in error) return find('postgres', POSTGRES, code, reason);
  if ('name' in error && error.name === 'ReplyError') return find('redis', REDIS, reason, reason);
  const words = /\b[A-Z]+_[A-Z]+ - [^"]*/.exec(reason)?.[0];
  return words === undefined ? undefined : find('rabbitmq', RABBITMQ, words, words);
}

function find(
  source: SourceRefusal['source'],
  faults: readonly (readonly [RegExp, SourceFault])[],
  text: string,
  reason: string,
): SourceRefusal | undefined {
  const fault = faults.find(([pattern]) => pattern.test(text))?.[1];
  return fault && { source, fault, reason };
}
