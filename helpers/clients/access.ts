import type { BackendAccess, ServiceAccess } from '../run/endpoints.ts';
import type { CloudVariables } from '../settings/cloud.ts';
import type { LgtmSettings, ProxySettings, QuerySettings } from '../settings/settings.ts';

/** The services that are asked, each with the path of Grafana Cloud that its write endpoint ends with and its query API does not. */
const PUSH_PATHS = { prometheus: /\/push$/, tempo: /$/, loki: /\/loki\/api\/v1\/push$/ } as const;
type Service = keyof typeof PUSH_PATHS;
const SERVICES = ['prometheus', 'tempo', 'loki'] as const;

/**
 * The query APIs that belong to the `GRAFANA_CLOUD_*` variables, with each service's ID and the token to read with: those of
 * Prometheus and Loki are next to the path that accepts their data (`/api/prom/push` → `/api/prom`), Tempo's is at its
 * endpoint, and a query URL that is set comes before them.
 */
export function readCloudAccess(
  cloud: CloudVariables,
  query: QuerySettings = {},
  proxies: ProxySettings = {},
): BackendAccess {
  return forEachService((service) => {
    const name = `GRAFANA_CLOUD_${service.toUpperCase()}`;
    const isSet = query[service] !== undefined;
    const token = query.readToken === undefined ? 'GRAFANA_CLOUD_API_KEY' : 'GRAFANA_CLOUD_READ_TOKEN';
    const endpoint = (cloud[`${name}_ENDPOINT`] ?? '').replace(/\/$/, '').replace(PUSH_PATHS[service], '');
    return {
      url: query[service]?.href.replace(/\/$/, '') ?? endpoint,
      user: cloud[`${name}_INSTANCE_ID`] ?? '',
      password: query.readToken ?? cloud.GRAFANA_CLOUD_API_KEY ?? '',
      ...(Object.keys(proxies).length > 0 && { proxies }),
      variables: { url: `${name}_${isSet ? 'QUERY_URL' : 'ENDPOINT'}`, login: [`${name}_INSTANCE_ID`, token] },
    };
  });
}

/** The query APIs of a Tempo, a Prometheus and a Loki, where all three are known. */
export function readLgtmAccess(lgtm: LgtmSettings): BackendAccess | undefined {
  if (SERVICES.some((service) => lgtm[service] === undefined)) return undefined;
  return forEachService((service) => {
    const variable = `${service.toUpperCase()}_URL`;
    return { ...readAccess(lgtm[service], lgtm.tenant), variables: { url: variable, login: [variable] } };
  });
}

/** The URL without its login, and the login. */
function readAccess(given: URL | undefined, tenant: string | undefined): ServiceAccess {
  const url = new URL(given ?? '');
  const login = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  Object.assign(url, { username: '', password: '' });
  return { url: url.href.replace(/\/$/, ''), ...login, ...(tenant !== undefined && { tenant }) };
}

function forEachService(read: (service: Service) => ServiceAccess): BackendAccess {
  return { prometheus: read('prometheus'), tempo: read('tempo'), loki: read('loki') };
}
