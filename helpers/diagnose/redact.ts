import type { Run } from '../run/run.ts';

const MIN_SECRET = 4;

/** Replaces the run's token and passwords, and the login in any URL, by `(secret)`. */
export function redact(
  text: string,
  { variables, postgres, redis, rabbitmq }: Pick<Run, 'variables' | 'postgres' | 'redis' | 'rabbitmq'>,
): string {
  const secrets = [variables.GRAFANA_CLOUD_API_KEY, postgres?.password, redis?.password, rabbitmq?.password];
  return secrets
    .filter((secret) => secret !== undefined && secret.length >= MIN_SECRET)
    .reduce<string>((clean, secret = '') => clean.replaceAll(secret, '(secret)'), text)
    .replace(/\/\/[^/\s@"]*@/g, '//(secret)@');
}
