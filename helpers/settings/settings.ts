/** The environment, typed and validated once. What is wrong with it is told in one message, and no secret's value is in it. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudVariables } from './cloud.ts';
import { CLOUD_VARIABLES } from './cloud.ts';
import { parseDuration } from './duration.ts';

/** The project's root directory. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Settings that can't be used; `message` lists every problem with what would be right. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const duration = z.string().transform((text, context): Milliseconds => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration such as 1s, 500ms or 1m` });
  return z.NEVER;
});

const Variables = z.object({
  STACK: z.enum(['containers', 'native', 'external']).optional(),
  ALLOY: z.enum(['container', 'binary', 'embedded']).optional(),
  BACKEND: z.enum(['mock', 'lgtm', 'cloud']).default('mock'),
  ALLOY_BIN: z.string().optional(),
  ALLOY_CONFIG: z
    .string()
    .default('grafana-alloy/config.alloy')
    .transform((path) => resolve(ROOT, path))
    .refine(existsSync, 'no such file'),
  ALLOY_SCRAPE_INTERVAL: duration.optional(),
  ALLOY_SCRAPE_TIMEOUT: duration.optional(),
  ALLOY_OTLP_BATCH_TIMEOUT: duration.optional(),
  ALLOY_REMOTE_WRITE_DEADLINE: duration.optional(),
  DLQ_CHECK_INTERVAL_SECONDS: z.coerce.number().positive().optional(),
});

/** The choices and intervals of a run; durations in milliseconds. `cloud` holds the `GRAFANA_CLOUD_*` variables as set. */
export type Settings = {
  readonly stack: 'containers' | 'native' | 'external' | undefined;
  readonly alloy: 'container' | 'binary' | 'embedded' | undefined;
  readonly backend: 'mock' | 'lgtm' | 'cloud';
  readonly alloyBinary: string | undefined;
  /** The configuration under test: an absolute path. */
  readonly alloyConfig: string;
  readonly intervals: Intervals;
  /** Between two rounds of the dead-letter queue, in seconds. */
  readonly dlqCheckIntervalSeconds: number;
  readonly cloud: CloudVariables;
};

/** The variable that says where a part already runs, by the part's name. */
export const EXISTING_VARIABLES: Readonly<Record<string, string>> = {
  postgres: 'DATABASE_URL',
  redis: 'REDIS_URL',
  rabbitmq: 'RABBITMQ_URL',
  api: 'API_URL',
  bot: 'BOT_GATEWAY_URL',
  alloy: 'ALLOY_URL',
};

/** The intervals that decide how long telemetry may take; every deadline is computed from them. */
export type Intervals = {
  readonly scrape: Milliseconds;
  readonly scrapeTimeout: Milliseconds;
  readonly otlpBatch: Milliseconds;
  readonly remoteWriteDeadline: Milliseconds;
};

/**
 * Reads the settings of a run. Variables that are set to nothing count as unset, but for the `GRAFANA_CLOUD_*` ones,
 * whose emptiness is a finding of criterion P1.1. Throws {@link SettingsError} with every problem at once.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new SettingsError(`These settings can't be used:\n${problems.join('\n')}`);
  }
  const v = parsed.data;
  const usual = v.STACK === 'external' ? PRODUCTION : LOCAL;
  const scrape = v.ALLOY_SCRAPE_INTERVAL ?? usual.scrape;
  return {
    stack: v.STACK,
    alloy: v.ALLOY,
    backend: v.BACKEND,
    alloyBinary: v.ALLOY_BIN,
    alloyConfig: v.ALLOY_CONFIG,
    intervals: {
      scrape,
      scrapeTimeout: v.ALLOY_SCRAPE_TIMEOUT ?? Math.min(scrape, 10_000),
      otlpBatch: v.ALLOY_OTLP_BATCH_TIMEOUT ?? usual.otlpBatch,
      remoteWriteDeadline: v.ALLOY_REMOTE_WRITE_DEADLINE ?? usual.remoteWriteDeadline,
    },
    dlqCheckIntervalSeconds: v.DLQ_CHECK_INTERVAL_SECONDS ?? usual.dlqCheckIntervalSeconds,
    cloud: Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, environment[name]])),
  };
}

/** What a stack that this run starts is told, in milliseconds and seconds. */
const LOCAL = { scrape: 500, otlpBatch: 200, remoteWriteDeadline: 100, dlqCheckIntervalSeconds: 1 };
/** What a stack that runs already has, where it is not told otherwise: the defaults of `config.alloy` and the daemon. */
const PRODUCTION = { scrape: 60_000, otlpBatch: 10_000, remoteWriteDeadline: 5000, dlqCheckIntervalSeconds: 900 };

/** The environment of the process over the project's `.env`, where there is one. */
export function environmentWithDotenv(path: string = resolve(ROOT, '.env')): Record<string, string> {
  const dotenv = existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
  const set = Object.entries({ ...dotenv, ...process.env }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Record<string, string>;
}
