import { type Received, type Reply, startAnsweringServer } from '../../clients/testing/answering-server.ts';
import { INSTANCE } from '../../clients/testing/sample-stack.ts';
import { readSettings } from '../../settings/settings.ts';
import { checkCloud } from '../check-cloud.ts';

/** The token that the stack takes. */
export const TOKEN = token({ o: '1234', n: 'alloy', k: 'the-secret-part', m: { r: 'prod-eu-west-0' } });
/** The instance IDs of the stack. */
export const IDS = { otlp: '1461503', prometheus: '2847239', loki: '1419296', tempo: '1413606' };

/** The variable with the ID of a service. */
export function nameId(service: string): string {
  return `GRAFANA_CLOUD_${service.toUpperCase()}_INSTANCE_ID`;
}

/** A token with this payload. */
export function token(payload: object): string {
  return `glc_${Buffer.from(JSON.stringify(payload)).toString('base64')}`;
}

/** The variables of the stack at this address. */
export function variables(url: string): Record<string, string> {
  return {
    GRAFANA_CLOUD_API_KEY: TOKEN,
    GRAFANA_CLOUD_OTLP_ENDPOINT: `${url}/otlp`,
    GRAFANA_CLOUD_OTLP_INSTANCE_ID: IDS.otlp,
    GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: `${url}/api/prom/push`,
    GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID: IDS.prometheus,
    GRAFANA_CLOUD_LOKI_ENDPOINT: `${url}/loki/api/v1/push`,
    GRAFANA_CLOUD_LOKI_INSTANCE_ID: IDS.loki,
    GRAFANA_CLOUD_TEMPO_ENDPOINT: `${url}/tempo`,
    GRAFANA_CLOUD_TEMPO_INSTANCE_ID: IDS.tempo,
  };
}

/** Prometheus's answer to the doctor's question. */
export const VECTOR = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}';

const LOGINS: readonly (readonly [RegExp, string])[] = [
  [/^\/otlp\/v1\/(?:traces|metrics|logs)$/, IDS.otlp],
  [/^\/api\/prom\/(?:push|api\/v1\/query)$/, IDS.prometheus],
  [/^\/loki\/api\/v1\/(?:push|labels)$/, IDS.loki],
  [/^\/tempo\/api\/search$/, IDS.tempo],
];

/** The hosted paths, each with the login of its own service; an empty Loki push gets Loki's 422. */
export function answerAsHosted({ path, login, headers }: Received): Reply | undefined {
  const [, id] = LOGINS.find(([pattern]) => pattern.test(path)) ?? [];
  if (id === undefined) return undefined;
  if (login !== `${id}:${TOKEN}`) {
    return { status: 401, body: '{"status":"error","error":"authentication error: invalid token"}' };
  }
  if (path === '/loki/api/v1/push')
    return { status: 422, body: 'error at least one valid stream is required', type: 'text/plain' };
  if (path === '/api/prom/push' && headers['content-encoding'] !== 'snappy')
    return { status: 400, body: 'snappy: corrupt input' };
  if (path.endsWith('/query')) return { body: VECTOR };
  if (path === '/tempo/api/search') return { body: '{"traces":[],"metrics":{}}' };
  return { body: path.startsWith('/otlp') || path.endsWith('push') ? '' : '{"status":"success","data":[]}' };
}

/** Hosts that are reached through a proxy only. */
export const REGIONS = {
  GRAFANA_CLOUD_OTLP_ENDPOINT: 'http://otlp-gateway-prod-us-east-0.grafana.internal/otlp',
  GRAFANA_CLOUD_PROMETHEUS_ENDPOINT: 'http://prometheus-prod-01-eu-west-0.grafana.internal/api/prom/push',
};

/** A service of another region refuses every login. */
export function answerInRegion(request: Received): Reply | undefined {
  return request.headers.host?.includes('us-east-0') ? { status: 401, body: 'Unauthorized' } : answerAsHosted(request);
}

/** Checks a stack whose services answer so, with these variables changed; `URL` in a value is its address. */
export async function checkAgainst(
  reply: (request: Received) => Reply | undefined,
  change: Record<string, string> = {},
) {
  await using server = await startAnsweringServer(reply);
  const changed = Object.entries(change).map(([name, value]) => [name, value.replace('URL', server.url)]);
  return await checkCloud(readSettings({ ...variables(server.url), ...Object.fromEntries(changed) }));
}

/** With the API of Grafana Cloud, which knows one stack. */
export async function checkWithApi(
  change: Record<string, string>,
  { api, service }: { readonly api?: Reply; readonly service?: Reply | ((request: Received) => Reply) } = {},
) {
  await using server = await startAnsweringServer((request) => {
    if (request.path === '/api/instances/games') return api ?? { body: JSON.stringify(INSTANCE) };
    if (request.path === '/api/datasources') return 'never';
    if (request.path === '/api/orgs/1234/instances') return { body: JSON.stringify({ items: [INSTANCE, { id: 1 }] }) };
    return (typeof service === 'function' ? service(request) : service) ?? answerInRegion(request);
  });
  const changed = Object.entries(change).map(([name, value]) => [
    name,
    value.replace('PORT', new URL(server.url).port),
  ]);
  const settings = {
    ...variables(server.url),
    GRAFANA_CLOUD_STACK: 'games',
    GRAFANA_CLOUD_API_URL: server.url,
    ...Object.fromEntries(changed),
  };
  return await checkCloud(readSettings(settings));
}
