import { type Environment, readEnvironment } from '../settings/environment.ts';

/** What the person has set for runs of their own, and would change what a mutant does. */
const PERSONAL =
  /^(?:GRAFANA_|ALLOY_(?!BIN$)|OTEL_|LOG_|POSTGRES_EXPORTER_|REDIS_EXPORTER_|RABBITMQ_|DLQ_|(?:TEMPO|PROMETHEUS|LOKI|DATABASE|REDIS|API|BOT_GATEWAY)_URL$|BACKEND)/;

/** The environment over `.env` without what would change a mutant: `ALLOY` and `ALLOY_BIN` still choose the Alloy. */
export function readCleanEnvironment(): Environment {
  const kept = Object.entries(readEnvironment()).filter(([name]) => !PERSONAL.test(name));
  return { ...Object.fromEntries(kept), STACK: 'native' };
}
