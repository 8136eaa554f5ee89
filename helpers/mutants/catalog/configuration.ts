/** What a person does wrong in config.alloy. */
import type { Mutant } from '../mutant.ts';
import { otlpMutants } from './configuration/otlp.ts';
import { postgres } from './configuration/postgres.ts';
import { rabbitmq } from './configuration/rabbitmq.ts';
import { redis } from './configuration/redis.ts';
import { refused } from './configuration/refused.ts';
import { remoteWriteMutants } from './configuration/remote-write.ts';
import { scrapes } from './configuration/scrapes.ts';
import { settings } from './configuration/settings.ts';

export const configuration: readonly Mutant[] = [
  ...otlpMutants,
  ...refused,
  ...postgres,
  ...redis,
  ...rabbitmq,
  ...scrapes,
  ...remoteWriteMutants,
  ...settings,
];
