import type { Part } from '../run/part.ts';

/** The job under which each part is scraped: its name in the guides, the dashboards and the shipped configuration. */
const SOURCES: Readonly<Record<string, Part>> = {
  'integrations/postgres_exporter': 'postgres',
  'integrations/redis_exporter': 'redis',
  'integrations/rabbitmq': 'rabbitmq',
};

/** The part that a job measures; undefined for any other job. */
export function findSource(job: string | undefined): Part | undefined {
  return job === undefined ? undefined : SOURCES[job];
}
