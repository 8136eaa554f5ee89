import { z } from 'zod';
import type { Milliseconds } from '../otlp/ids.ts';
import type { BackendAccess, ServiceAccess } from '../run/endpoints.ts';
import type { ProxySettings } from '../settings/settings.ts';
import { getJson } from './http.ts';

const DataSources = z.array(
  z.object({ uid: z.string(), type: z.string(), name: z.string(), isDefault: z.boolean().optional() }),
);
type DataSource = z.infer<typeof DataSources>[number];

/** The services that can be asked through a Grafana, by the ends of the names that Grafana Cloud gives to their data sources. */
const KINDS = { prometheus: 'prom', tempo: 'traces', loki: 'logs' } as const;

/** A data source that a run needs is missing in a Grafana, or there are several and none is Grafana Cloud's or the default. */
export class NoDataSource extends Error {
  override readonly name = 'NoDataSource';
}

/**
 * Access to a backend through the data-source proxy of one Grafana, with the token of a service account (Grafana HTTP API,
 * "Data source proxy calls"). Throws {@link NoDataSource}, or `QueryError` where Grafana refuses or does not answer.
 */
export async function findGrafanaAccess(
  url: URL,
  token: string,
  proxies: ProxySettings = {},
  timeout: Milliseconds = 10_000,
): Promise<BackendAccess> {
  const base = url.href.replace(/\/$/, '');
  const grafana: ServiceAccess = { url: base, user: '', password: token, isBearer: true, proxies };
  const found = await getJson(grafana, '/api/datasources', {}, DataSources, timeout);
  const access = (type: keyof typeof KINDS): ServiceAccess => {
    const { uid } = pickDataSource(
      found.filter((one) => one.type === type),
      type,
    );
    return { ...grafana, url: `${base}/api/datasources/proxy/uid/${encodeURIComponent(uid)}` };
  };
  return { prometheus: access('prometheus'), tempo: access('tempo'), loki: access('loki') };
}

/** Grafana Cloud's own (`grafanacloud-SLUG-prom`, uid `grafanacloud-prom`), else the only one, else the default. */
function pickDataSource(found: readonly DataSource[], type: keyof typeof KINDS): DataSource {
  const hosted = new RegExp(`^grafanacloud-(?:.+-)?${KINDS[type]}$`);
  const picked =
    found.find(({ uid }) => uid === `grafanacloud-${KINDS[type]}`) ??
    found.find(({ uid, name }) => hosted.test(uid) || hosted.test(name)) ??
    (found.length === 1 ? found[0] : found.find(({ isDefault }) => isDefault));
  if (picked !== undefined) return picked;
  const names = found.map(({ name }) => name).join(', ');
  throw new NoDataSource(
    found.length === 0
      ? `it has no data source of the type ${type}`
      : `none of its data sources of the type ${type} is the default: ${names}`,
  );
}
