import { removeSecrets } from '../settings/secrets.ts';
import type { Run } from './run.ts';

/** What of a run is secret. */
type Secretive = Pick<Run, 'secrets' | 'variables' | 'postgres' | 'redis' | 'rabbitmq'>;

/** Replaces every secret of the run, and the login in any URL, by `(secret)`. */
export function redact(text: string, run: Secretive): string {
  const { secrets = [], variables, postgres, redis, rabbitmq } = run;
  const logins = [postgres, rabbitmq].map((login) => (login?.user === login?.password ? undefined : login?.password));
  return removeSecrets(text, [...secrets, variables.GRAFANA_CLOUD_API_KEY, ...logins, redis?.password]);
}

/** Fields of evidence and findings that tell one kind from another: a password may be the same word. */
const KINDS: readonly string[] = ['kind', 'source', 'service', 'path', 'is', 'of', 'use'];

/** Does so in every text that a value holds. */
export function redactAll<T>(value: T, run: Secretive): T {
  return mapTexts(value, (text) => redact(text, run)) as T;
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, KINDS.includes(key) ? one : mapTexts(one, map)]),
  );
}
