import { CannotRun } from '../run/cannot-run.ts';
import type { Run } from '../run/run.ts';

/** What a person has running already, by the variables that say where; each of them takes the place of a part of our own. */
export type GivenEndpoints = Pick<Run, 'postgres' | 'redis' | 'rabbitmq' | 'api' | 'bot'> & {
  readonly alloy?: Pick<Run['alloy'], 'url' | 'otlpGrpc' | 'otlpHttp'>;
};

/**
 * Reads `DATABASE_URL`, `REDIS_URL`, `RABBITMQ_URL` with `RABBITMQ_METRICS_URL`, `API_URL`, `BOT_GATEWAY_URL`, and
 * `ALLOY_URL` with `ALLOY_OTLP_GRPC` and `ALLOY_OTLP_HTTP`. Throws `CannotRun` for one that is
 * no such URL, without the login in it.
 */
export function readGivenEndpoints(environment: Readonly<Record<string, string | undefined>>): GivenEndpoints {
  const url = (name: string, protocols: readonly string[]): URL | undefined => {
    const text = environment[name];
    if (text === undefined || text === '') return undefined;
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol.replace(/\+\w+:$/, ':'))) return new URL(text);
    const beginnings = protocols.map((protocol) => `${protocol}//`).join(' or ');
    throw new CannotRun(`${name} is not a URL that begins with ${beginnings}.`, 'correct it, or unset it.');
  };
  const plain = (name: string) => url(name, ['http:', 'https:'])?.href.replace(/\/$/, '');
  const database = url('DATABASE_URL', ['postgresql:', 'postgres:']);
  const redis = url('REDIS_URL', ['redis:']);
  const rabbitmq = url('RABBITMQ_URL', ['amqp:']);
  const api = plain('API_URL');
  const gatewayUrl = plain('BOT_GATEWAY_URL');
  const alloy = plain('ALLOY_URL');
  return {
    ...(database && {
      postgres: { ...addressOf(database, 5432), ...loginOf(database), database: database.pathname.slice(1) },
    }),
    ...(redis && { redis: { ...addressOf(redis, 6379), password: loginOf(redis).password } }),
    ...(rabbitmq && {
      rabbitmq: {
        ...addressOf(rabbitmq, 5672),
        ...loginOf(rabbitmq),
        metricsUrl: plain('RABBITMQ_METRICS_URL') ?? `http://${rabbitmq.hostname}:15692/metrics`,
      },
    }),
    ...(api !== undefined && { api: { url: api } }),
    ...(gatewayUrl !== undefined && { bot: { url: new URL(gatewayUrl).origin, gatewayUrl } }),
    ...(alloy !== undefined && {
      alloy: {
        url: alloy,
        otlpGrpc: environment.ALLOY_OTLP_GRPC ?? `${new URL(alloy).hostname}:4317`,
        otlpHttp: plain('ALLOY_OTLP_HTTP') ?? `http://${new URL(alloy).hostname}:4318`,
      },
    }),
  };
}

function addressOf({ hostname, port }: URL, standard: number): { host: string; port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? standard : Number(port) };
}

function loginOf({ username, password }: URL): { user: string; password: string } {
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}
