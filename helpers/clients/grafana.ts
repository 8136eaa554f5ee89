import { z } from 'zod';
import type { Milliseconds } from '../otlp/ids.ts';
import type { BackendAccess, GrafanaLinks, ServiceAccess } from '../run/endpoints.ts';
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
  /** Whether there is none of this type. */
  readonly isMissing: boolean;
  constructor(type: string, found: readonly string[]) {
    const isMissing = found.length === 0;
    super(
      isMissing
        ? `it has no data source of the type ${type}`
        : `none of its data sources of the type ${type} is the default: ${found.join(', ')}`,
    );
    this.isMissing = isMissing;
  }
}

/**
 * Access to a backend through the data-source proxy of one Grafana, with the token of a service account (Grafana HTTP API,
 * "Data source proxy calls"), and the data sources to link to. Throws {@link NoDataSource}, or `QueryError` where Grafana refuses
 * or does not answer.
 */
export async function findGrafanaAccess(
  url: URL,
  token: string,
  proxies: ProxySettings = {},
  timeout: Milliseconds = 10_000,
): Promise<{ readonly access: BackendAccess; readonly links: GrafanaLinks }> {
  const base = readBase(url);
  const grafana: ServiceAccess = { url: base, user: '', password: token, isBearer: true, proxies };
  const found = await getJson(grafana, '/api/datasources', {}, DataSources, timeout);
  const pick = (type: keyof typeof KINDS) =>
    pickDataSource(
      found.filter((one) => one.type === type),
      type,
    ).uid;
  const dataSources = { prometheus: pick('prometheus'), tempo: pick('tempo'), loki: pick('loki') };
  const through = (uid: string): ServiceAccess => ({
    ...grafana,
    variables: { url: 'GRAFANA_URL', login: ['GRAFANA_SERVICE_ACCOUNT_TOKEN'] },
    url: `${base}/api/datasources/proxy/uid/${encodeURIComponent(uid)}`,
  });
  const { prometheus, tempo, loki } = dataSources;
  const access = { prometheus: through(prometheus), tempo: through(tempo), loki: through(loki) };
  return { access, links: { url: base, dataSources } };
}

/** Links to a Grafana of Grafana Cloud, which gives the same uids to the data sources of every stack. */
export function linkHostedGrafana(url: URL): GrafanaLinks {
  const uid = (type: keyof typeof KINDS) => `grafanacloud-${KINDS[type]}`;
  return { url: readBase(url), dataSources: { prometheus: uid('prometheus'), tempo: uid('tempo'), loki: uid('loki') } };
}

/** A login in the URL is not part of it. */
function readBase(url: URL): string {
  const base = new URL(url);
  Object.assign(base, { username: '', password: '' });
  return base.href.replace(/\/$/, '');
}

/** Grafana Cloud's own (`grafanacloud-SLUG-prom`, uid `grafanacloud-prom`), else the only one, else the default. */
function pickDataSource(found: readonly DataSource[], type: keyof typeof KINDS): DataSource {
  const hosted = new RegExp(`^grafanacloud-(?:.+-)?${KINDS[type]}$`);
  const picked =
    found.find(({ uid }) => uid === `grafanacloud-${KINDS[type]}`) ??
    found.find(({ uid, name }) => hosted.test(uid) || hosted.test(name)) ??
    (found.length === 1 ? found[0] : found.find(({ isDefault }) => isDefault));
  if (picked !== undefined) return picked;
  throw new NoDataSource(
    type,
    found.map(({ name }) => name),
  );
}
