import type { Part } from '../run/part.ts';

/** The parts by the job that scrapes them, as named in the guides, the dashboard and the shipped configuration. */
const SOURCES: Readonly<Record<string, Part>> = {
  'integrations/postgres_exporter': 'postgres',
  'integrations/redis_exporter': 'redis',
  'integrations/rabbitmq': 'rabbitmq',
};

/** The part that a job measures; undefined for any other job. */
export function findSource(job: string | undefined): Part | undefined {
  return job === undefined ? undefined : SOURCES[job];
}
