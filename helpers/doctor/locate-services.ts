import { readCloudAccess } from '../clients/access.ts';
import { CLOUD_PATHS, type CloudService, findWrongPaths } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import type { Misplaced, ProbeResult } from './cloud-check.ts';
import type { Exchange, Question } from './exchange.ts';
import { isGood, isRefused } from './judge-answer.ts';
import { listReads, listWrites, type Probe } from './probes.ts';

/** Asks a question that is an experiment. */
type Ask = (question: Question) => Promise<Exchange>;

/**
 * Asks for what a service did not answer as it does once more: at the address that follows from the endpoint, or at the service's
 * usual paths on the same host; and asks the other services at the address that is set. What answers says what the address is. A
 * service that is found elsewhere is judged by what it answers there.
 */
export async function locateServices(
  results: readonly ProbeResult[],
  settings: Settings,
  ask: Ask,
): Promise<ProbeResult[]> {
  const byVariable = Map.groupBy(results, ({ probe }) => probe.urlVariable);
  const located = [...byVariable].map(async ([variable, group]) => {
    const [first] = group;
    // A Grafana has the addresses of its data sources.
    const isMisplaced = variable.startsWith('GRAFANA_CLOUD_') && group.every(isUnlikeService);
    if (first === undefined || !isMisplaced) return group;
    const [owner, found] = await Promise.all([
      findOwner(first, settings, ask),
      findRightAddress(group, listRightAddresses(first.probe, settings), settings, ask),
    ]);
    const isPathUnknown = group.some(({ exchange }) => 'status' in exchange && /^40[45]$/.test(`${exchange.status}`));
    if (owner === undefined && found === undefined && !isPathUnknown) return group;
    return group.map((result, index) => ({
      ...result,
      ...found?.results[index],
      misplaced: describeMisplaced(result, readValue(result.probe, settings), owner, found?.address),
    }));
  });
  return (await Promise.all(located)).flat();
}

/** Another value of the variable, and where this service would be asked with it. */
type Address = { readonly value: string; readonly url: string };

function describeMisplaced(
  { probe, exchange }: ProbeResult,
  value: string,
  owner: CloudService | undefined,
  right: Address | undefined,
): Misplaced {
  const { url } = probe.ask();
  return {
    value,
    url: url.replace(/\?.*/s, ''),
    status: exchange.kind === 'answer' ? exchange.status : 0,
    ...(owner && { owner }),
    ...(right && { right: right.value, rightUrl: right.url }),
  };
}

/** What the variable is that leads to this probe. */
function readValue({ urlVariable, url }: Probe, { cloud }: Settings): string {
  return cloud[urlVariable] ?? url;
}

/** Whether something answers that may not be the service: a fault, a limit or a redirect says nothing of that. */
function isUnlikeService({ isGood: good, exchange }: ProbeResult): boolean {
  if (good || exchange.kind === 'no answer') return false;
  const { status } = exchange;
  return status < 300 || (status >= 400 && status < 500 && status !== 429);
}

function listRightAddresses({ service, does, url, urlVariable, derived }: Probe, { cloud }: Settings): Address[] {
  if (urlVariable.endsWith('_QUERY_URL'))
    return derived === undefined ? [] : [{ value: derived.url, url: derived.url }];
  const set = cloud[urlVariable] ?? '';
  const [usual, root] = [new URL(CLOUD_PATHS[service], set).href, new URL(set).origin];
  const name = service.toLowerCase() as Lowercase<Exclude<CloudService, 'OTLP'>>;
  const addresses =
    does === 'write'
      ? [{ value: usual, url: usual }]
      : [usual, root].map((value) => ({ value, url: readCloudAccess({ [urlVariable]: value })[name].url }));
  return addresses.filter((address) => address.url !== url);
}

/** The first of these addresses where one of the probes is good, else one where its login is refused as only the service would. */
async function findRightAddress(
  group: readonly ProbeResult[],
  addresses: readonly Address[],
  { cloud }: Settings,
  ask: Ask,
): Promise<{ readonly address: Address; readonly results: readonly ProbeResult[] } | undefined> {
  const tried = await Promise.all(
    addresses.map(async (address) => ({
      address,
      results: await Promise.all(
        group.map(async ({ probe: { derived: _, ...probe } }): Promise<ProbeResult> => {
          const exchange = await ask(probe.ask(undefined, address.url));
          return { probe: { ...probe, url: address.url }, exchange, isGood: isGood(probe, exchange) };
        }),
      ),
    })),
  );
  const wrongPaths = findWrongPaths(cloud).map(({ variable }) => variable);
  const isKnownWrong = group.some(({ probe }) => wrongPaths.includes(probe.urlVariable)) || !group.some(isRefused);
  return (
    tried.find(({ results }) => results.some((result) => result.isGood)) ??
    (isKnownWrong ? tried.find(({ results }) => results.some(isRefused)) : undefined)
  );
}

/**
 * The other service that alone answers at the address that is set. Where nobody's login is taken, it is the one that would be asked
 * at just this address, or that has this path on Grafana Cloud.
 */
async function findOwner(result: ProbeResult, settings: Settings, ask: Ask): Promise<CloudService | undefined> {
  const { cloud, query } = settings;
  const { service } = result.probe;
  const value = readValue(result.probe, settings);
  const others = [...listWrites(cloud), ...listReads(readCloudAccess(cloud, query))].filter(
    ({ service: other, does, scope }) =>
      other !== service && (other !== 'OTLP' || does === 'read' || scope === 'traces:write'),
  );
  const askAt = async (place: string) =>
    await Promise.all(
      others.map(async (probe) => (isGood(probe, await ask(probe.ask(undefined, place))) ? probe.service : undefined)),
    );
  // What takes a request wherever it goes is no service.
  const [answered, atAnyPath] = await Promise.all([askAt(value), askAt(`${value.replace(/\/$/, '')}/none`)]);
  const [owner, ...more] = new Set(answered.filter((other) => other !== undefined && !atAnyPath.includes(other)));
  if (owner !== undefined) return more.length === 0 ? owner : undefined;
  return isRefused(result) ? findOwnerByAddress(result.probe, value, cloud) : undefined;
}

const PATHS: Readonly<Record<CloudService, RegExp>> = {
  OTLP: /^\/otlp(?:\/|$)/,
  PROMETHEUS: /^\/api\/prom(?:\/|$)/,
  LOKI: /^\/loki(?:\/|$)/,
  TEMPO: /^\/tempo(?:\/|$)/,
};

function findOwnerByAddress(
  { service, url }: Probe,
  value: string,
  cloud: Settings['cloud'],
): CloudService | undefined {
  const { pathname } = new URL(value);
  const places = Object.entries(readCloudAccess(cloud)).map(([name, access]) => [name.toUpperCase(), access.url]);
  const byPath = Object.entries(PATHS).flatMap(([name, path]) => (path.test(pathname) ? name : []));
  const byUrl = places.flatMap(([name = '', place]) => (place === url ? name : []));
  const [owner] = byPath.includes(service) ? [] : [...byPath, ...byUrl];
  return owner === service ? undefined : (owner as CloudService | undefined);
}
