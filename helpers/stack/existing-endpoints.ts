import type { Endpoints } from '../run/endpoints.ts';
import type { ExistingUrls } from '../settings/settings.ts';

/** The endpoints of what already runs, by the URLs that say where; each takes the place of a part of ours. */
export function readExistingEndpoints(urls: ExistingUrls): Endpoints {
  const { postgres, redis, rabbitmq, rabbitmqMetrics, api, botGateway, alloy, alloyOtlpGrpc, alloyOtlpHttp } = urls;
  return {
    ...(postgres && {
      postgres: { ...readAddress(postgres, 5432), ...readLogin(postgres), database: postgres.pathname.slice(1) },
    }),
    ...(redis && { redis: { ...readAddress(redis, 6379), password: readLogin(redis).password } }),
    ...(rabbitmq && {
      rabbitmq: {
        ...readAddress(rabbitmq, 5672),
        ...readLogin(rabbitmq),
        metricsUrl: rabbitmqMetrics ? trimUrl(rabbitmqMetrics) : `http://${rabbitmq.hostname}:15692/metrics`,
      },
    }),
    ...(api && { api: { url: trimUrl(api) } }),
    ...(botGateway && { bot: { url: botGateway.origin, gatewayUrl: trimUrl(botGateway) } }),
    ...(alloy && {
      alloy: {
        url: trimUrl(alloy),
        otlpGrpc: alloyOtlpGrpc ?? `${alloy.hostname}:4317`,
        otlpHttp: alloyOtlpHttp ? trimUrl(alloyOtlpHttp) : `http://${alloy.hostname}:4318`,
      },
    }),
  };
}

function trimUrl({ href }: URL): string {
  return href.replace(/\/$/, '');
}

function readAddress({ hostname, port }: URL, standardPort: number): { host: string; port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? standardPort : Number(port) };
}

function readLogin({ username, password }: URL): { user: string; password: string } {
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}
