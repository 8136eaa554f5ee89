import { request } from 'undici';
import { readCloudAccess, readLgtmAccess } from '../../clients/access.ts';
import { findGrafanaAccess, linkHostedGrafana, NoDataSource } from '../../clients/grafana.ts';
import { isLoginRefused, QueryError } from '../../clients/http.ts';
import { CannotRun } from '../../run/cannot-run.ts';
import type { BackendAccess, ServiceAccess } from '../../run/endpoints.ts';
import type { Backend } from '../../run/run.ts';
import { CLOUD_VARIABLES, isLinkedOnly, isPrivate } from '../../settings/cloud.ts';
import type { Settings } from '../../settings/settings.ts';
import type { BackendPlan, GatewayTargets } from '../plan.ts';
import { refuseOtherServices, refuseUnwritable } from './check-services.ts';
import { findTempoReceiver } from './find-tempo-receiver.ts';

/**
 * The backend of a stack that the run starts: the mock cloud unless `BACKEND` says another one. Without `access` the run starts
 * it. Throws {@link CannotRun} where too little is known of it, or where Grafana does not say how to ask it.
 */
export async function chooseBackend(settings: Settings): Promise<BackendPlan> {
  const { backend = 'mock', cloud, lgtm } = settings;
  if (backend === 'mock') return { backend };
  if (backend === 'lgtm' && !hasOwnEndpoint(cloud)) {
    if (!(lgtm.tempo ?? lgtm.prometheus ?? lgtm.loki)) return { backend };
    const access = readLgtmAccess(lgtm);
    if (access === undefined) throw refuseWithoutUrls(settings);
    const resolved = await resolveAccess(settings, backend);
    await refuseOtherServices(access);
    return { backend, ...resolved, gateway: await planGateway(settings, access) };
  }
  refuseMissing(`BACKEND=${backend} needs to know where Alloy writes`, settings);
  refuseInvalid(cloud);
  refuseOther(settings, await detectBackend(settings));
  const resolved = await resolveAccess(settings, backend);
  if (backend === 'lgtm') await refuseOtherServices(resolved.access);
  return { backend, ...resolved };
}

/**
 * The backend of a stack that already runs: what the `GRAFANA_CLOUD_*` endpoints lead to. Throws {@link CannotRun} where they
 * are incomplete, or where `BACKEND` is another one.
 */
export async function chooseExternalBackend(
  settings: Settings,
): Promise<BackendPlan & { readonly access: BackendAccess }> {
  refuseMissing('STACK=external asks the backend that Alloy exports to', settings);
  refuseInvalid(settings.cloud);
  const found = await detectBackend(settings);
  refuseOther(settings, found);
  const backend = settings.backend ?? found;
  return { backend, ...(await resolveAccess(settings, backend)) };
}

/** Whether a backend can be reached from this machine only: then so can the programs that send to it. */
export function isOnLoopback({ access }: BackendPlan): boolean {
  return Object.values(access ?? {}).some(({ url }) => /^(?:localhost|127\..*|\[::1\])$/.test(new URL(url).hostname));
}

/** Whether the metrics page at this origin is that of the mock cloud; undefined where nothing answers. */
export async function isMockCloud(origin: string): Promise<boolean | undefined> {
  const options = { headersTimeout: 2000, bodyTimeout: 2000, signal: AbortSignal.timeout(4000) };
  return await request(`${origin}/metrics`, options).then(
    async ({ body }) => /^mock_stored_bytes /m.test(await body.text()),
    () => undefined,
  );
}

type Resolved = Required<Pick<BackendPlan, 'access'>> & Pick<BackendPlan, 'grafana'>;

/** How the backend is asked: through one Grafana where that is set, at the three URLs, or next to where Alloy writes. */
async function resolveAccess({ cloud, query, lgtm, proxies }: Settings, backend: Backend): Promise<Resolved> {
  const { grafana } = query;
  if (backend === 'mock' || grafana === undefined) {
    const access = (backend === 'lgtm' ? readLgtmAccess(lgtm) : undefined) ?? readCloudAccess(cloud, query, proxies);
    return { access };
  }
  if (backend === 'cloud' && isLinkedOnly(grafana)) {
    return { access: readCloudAccess(cloud, query, proxies), grafana: linkHostedGrafana(grafana.url) };
  }
  if (grafana.token === undefined) {
    throw new CannotRun(
      'GRAFANA_URL is set, and GRAFANA_SERVICE_ACCOUNT_TOKEN is not.',
      'set GRAFANA_SERVICE_ACCOUNT_TOKEN to the token of a service account of that Grafana (glsa_…), or unset GRAFANA_URL.',
    );
  }
  try {
    const { access, links } = await findGrafanaAccess(grafana.url, grafana.token, proxies);
    return { access, grafana: links };
  } catch (error) {
    if (error instanceof NoDataSource) {
      throw new CannotRun(
        `the Grafana at GRAFANA_URL can't be asked: ${error.message}.`,
        'make one of them the default, or unset GRAFANA_URL and set the query URLs.',
      );
    }
    if (!(error instanceof QueryError)) throw error;
    throw new CannotRun(
      `the Grafana at GRAFANA_URL can't be asked: ${error.message}.`,
      isLoginRefused(error)
        ? 'set GRAFANA_SERVICE_ACCOUNT_TOKEN to the token of a service account of that Grafana (glsa_…) that may query data sources.'
        : 'check that this is the address of a Grafana (on Grafana Cloud https://STACK.grafana.net) and that it runs.',
    );
  }
}

/** Whether Alloy writes to endpoints of the person's own: those of Grafana Cloud, which a `.env` has for it, are no Tempo of theirs. */
function hasOwnEndpoint(cloud: Settings['cloud']): boolean {
  const endpoints = CLOUD_VARIABLES.flatMap((name) => (name.endsWith('_ENDPOINT') && cloud[name]) || []);
  return endpoints.some((url) => !URL.canParse(url) || !new URL(url).hostname.endsWith('.grafana.net'));
}

async function planGateway({ lgtm }: Settings, access: BackendAccess): Promise<GatewayTargets> {
  const traces = lgtm.tempoOtlp?.href.replace(/\/$/, '') ?? (await askForReceiver(access.tempo));
  const targets = { ...access, traces };
  await refuseUnwritable(targets, lgtm.tempoOtlp !== undefined);
  return targets;
}

async function askForReceiver(tempo: ServiceAccess): Promise<string> {
  return await findTempoReceiver(tempo).catch((error: Error) => {
    throw new CannotRun(
      `Tempo does not say where it receives OTLP: ${tempo.url}/status/config gives no answer: ${error.message}.`,
      'set TEMPO_OTLP_URL to where it receives OTLP over HTTP, such as http://127.0.0.1:4318.',
    );
  });
}

function refuseWithoutUrls({ lgtm }: Settings): CannotRun {
  const missing = (['tempo', 'prometheus', 'loki'] as const).filter((name) => lgtm[name] === undefined);
  const names = missing.map((name) => `${name.toUpperCase()}_URL`);
  return new CannotRun(
    `BACKEND=lgtm needs a Tempo, a Prometheus and a Loki, and ${formatList(names)} not set.`,
    'set TEMPO_URL, PROMETHEUS_URL and LOKI_URL, such as http://127.0.0.1:3200, :9090 and :3100, or none of them, for a grafana/otel-lgtm of the run.',
  );
}

/** `A is`, `A, B are`. */
function formatList(names: readonly string[]): string {
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
}

const FIXES: Readonly<Record<Backend, string>> = {
  mock: 'set them as Alloy has them; `npm run cloud` prints those of the mock cloud.',
  cloud: 'set them as Grafana Cloud shows them (grafana-alloy/SETUP_GRAFANA_CLOUD.md).',
  lgtm: 'set them as Alloy has them.',
};

function refuseMissing(why: string, { backend = 'mock', cloud }: Settings): void {
  const missing = CLOUD_VARIABLES.filter((name) => !cloud[name]);
  if (missing.length > 0) throw new CannotRun(`${why}, and ${formatList(missing)} not set.`, FIXES[backend]);
}

function refuseInvalid(cloud: Settings['cloud']): void {
  const invalid = CLOUD_VARIABLES.filter((name) => name.endsWith('_ENDPOINT') && !URL.canParse(cloud[name] ?? ''));
  if (invalid.length === 0) return;
  throw new CannotRun(
    `not a URL: ${invalid.join(', ')}.`,
    'set each as Alloy has it, such as https://otlp-gateway-REGION.grafana.net/otlp.',
  );
}

/** Throws {@link CannotRun} where `BACKEND` is the mock cloud and the endpoints lead elsewhere, or the other way round. */
function refuseOther({ backend }: Settings, found: Backend): void {
  if (backend === undefined || backend === found || (backend !== 'mock' && found !== 'mock')) return;
  throw new CannotRun(
    `BACKEND=${backend}, and the GRAFANA_CLOUD_* endpoints lead to ${found === 'mock' ? 'the mock cloud' : 'another backend'}.`,
    'leave BACKEND unset, or correct the endpoints.',
  );
}

/**
 * The mock cloud is known by its metrics; anything else on private hosts is the person's backend. Throws
 * {@link CannotRun} where nothing answers that could be the one or the other.
 */
async function detectBackend({ backend, cloud }: Settings): Promise<Backend> {
  const urls = Object.values(readCloudAccess(cloud)).map(({ url }) => new URL(url));
  if (!urls.every(({ hostname }) => isPrivate(hostname))) return 'cloud';
  const origins = [...new Set(urls.map(({ origin }) => origin))];
  const answers = await Promise.all(origins.map(async (origin) => ({ origin, isMock: await isMockCloud(origin) })));
  const silent = answers.find(({ isMock }) => isMock === undefined);
  if (silent !== undefined && (backend === undefined || backend === 'mock')) {
    throw new CannotRun(
      `nothing answers at ${silent.origin}, where the GRAFANA_CLOUD_* endpoints lead.`,
      'start what they lead to (`npm run cloud` is the mock cloud), or correct them.',
    );
  }
  return answers.every(({ isMock }) => isMock) ? 'mock' : 'lgtm';
}
