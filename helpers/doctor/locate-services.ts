import { readCloudAccess } from '../clients/access.ts';
import { isWebPage } from '../clients/http.ts';
import { CLOUD_PATHS, CLOUD_SERVICES, type CloudService, findWrongPaths, nameId } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import type { Misplaced, ProbeResult } from './cloud-check.ts';
import type { Exchange, Question } from './exchange.ts';
import { isGood, isRefused, showText } from './judge-answer.ts';
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
    const [owner, tried] = await Promise.all([
      findOwner(first, settings, ask),
      askElsewhere(group, listRightAddresses(first.probe, settings), ask),
    ]);
    const found =
      tried.find(({ results: answers }) => answers.some((result) => result.isGood)) ??
      (mayBeElsewhere(group, owner, settings)
        ? tried.find(({ results: answers }) => answers.some(isRefused))
        : undefined);
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

/** Another value of the variable, where this service would be asked with it, and the variable that leads there now, if that is another. */
type Address = { readonly value: string; readonly url: string; readonly source?: string };

function describeMisplaced(
  { probe, exchange }: ProbeResult,
  value: string,
  owner: Owner | undefined,
  right: Address | undefined,
): Misplaced {
  const { url } = probe.ask();
  const says = owner === undefined && right === undefined ? readWords(exchange) : undefined;
  return {
    variable: probe.urlVariable,
    value,
    url: url.replace(/\?.*/s, ''),
    status: exchange.kind === 'answer' ? exchange.status : 0,
    ...(says && { says }),
    ...owner,
    ...(right && { right: right.value, rightUrl: right.url }),
  };
}

/** What a 404 says beside that nothing is there. */
function readWords(exchange: Exchange): string | undefined {
  if (exchange.kind === 'no answer' || isWebPage(exchange) || /not found/i.test(exchange.body)) return undefined;
  return showText(exchange.body);
}

/** What the variable is that leads to this probe. */
function readValue({ urlVariable, url }: Probe, { cloud }: Settings): string {
  return cloud[urlVariable] ?? url;
}

/**
 * Whether something answers that may not be the service: a fault or a limit says nothing of that, and a redirect only where the
 * address follows from another one.
 */
function isUnlikeService({ isGood: good, exchange, probe }: ProbeResult): boolean {
  if (good || exchange.kind === 'no answer') return false;
  const { status } = exchange;
  return status < (probe.derived === undefined ? 300 : 400) || (status >= 400 && status < 500 && status !== 429);
}

function listRightAddresses({ service, does, url, urlVariable, derived }: Probe, { cloud }: Settings): Address[] {
  if (urlVariable.endsWith('_QUERY_URL')) return derived === undefined ? [] : [{ ...derived, value: derived.url }];
  const set = cloud[urlVariable] ?? '';
  const [usual, root] = [new URL(CLOUD_PATHS[service], set).href, new URL(set).origin];
  const name = service.toLowerCase() as Lowercase<Exclude<CloudService, 'OTLP'>>;
  const addresses =
    does === 'write'
      ? [{ value: usual, url: usual }]
      : [usual, root].map((value) => ({ value, url: readCloudAccess({ [urlVariable]: value })[name].url }));
  return addresses.filter((address) => address.url !== url);
}

/** The same questions at each of these addresses. */
async function askElsewhere(group: readonly ProbeResult[], addresses: readonly Address[], ask: Ask) {
  return await Promise.all(
    addresses.map(async (address) => ({
      address,
      results: await Promise.all(
        group.map(async ({ probe: { derived: _, ...probe } }): Promise<ProbeResult> => {
          const exchange = await ask(probe.ask(undefined, address.url));
          const { url, source = probe.urlVariable } = address;
          return { probe: { ...probe, url, urlVariable: source }, exchange, isGood: isGood(probe, exchange) };
        }),
      ),
    })),
  );
}

/** Whether a login that is refused at another address shows that the service is there. Some hosts refuse it whatever the path. */
function mayBeElsewhere(group: readonly ProbeResult[], owner: Owner | undefined, { cloud }: Settings): boolean {
  const variables = group.map(({ probe }) => probe.urlVariable);
  if (owner !== undefined) return variables.every((variable) => variable.endsWith('_QUERY_URL'));
  return !group.some(isRefused) || findWrongPaths(cloud).some(({ variable }) => variables.includes(variable));
}

/** The service that answers at an address of another one; `takesId` where it does so with the ID of that one's variable alone. */
type Owner = Pick<Misplaced, 'owner' | 'takesId'>;

/**
 * The other service that alone answers at the address that is set. Where nobody's login is taken, it is the one that would be asked
 * at just this address, or that has this path on Grafana Cloud.
 */
async function findOwner(result: ProbeResult, settings: Settings, ask: Ask): Promise<Owner | undefined> {
  const { cloud, query } = settings;
  const { service, does } = result.probe;
  const value = readValue(result.probe, settings);
  // Where the service itself takes writes, no other one is.
  const probes = [...listWrites(cloud), ...listReads(readCloudAccess(cloud, query))].filter((probe) =>
    probe.service === service ? probe.does !== does : probe.service !== 'OTLP' || probe.scope === 'traces:write',
  );
  const askAt = async (place: string, id?: string) =>
    await Promise.all(
      probes.map(async (probe) => (isGood(probe, await ask(probe.ask(id, place))) ? probe.service : undefined)),
    );
  // What takes a request wherever it goes is no service.
  const [withOwnId, withSetId, atAnyPath] = await Promise.all([
    askAt(value),
    askAt(value, cloud[nameId(service)]),
    askAt(`${value.replace(/\/$/, '')}/none`),
  ]);
  const find = (answered: readonly (CloudService | undefined)[]) => [
    ...new Set(answered.filter((other) => other !== undefined && !atAnyPath.includes(other))),
  ];
  const [own, set] = [find(withOwnId), find(withSetId)];
  const [owner, ...more] = own.length > 0 ? own : set;
  if (own.includes(service)) return undefined;
  if (owner === undefined) return isRefused(result) ? findOwnerByAddress(result.probe, value, cloud) : undefined;
  if (more.length > 0 || owner === service) return undefined;
  return { owner, ...(own.length === 0 && { takesId: true }) };
}

const PATHS: Readonly<Record<CloudService, RegExp>> = {
  OTLP: /^\/otlp(?:\/|$)/,
  PROMETHEUS: /^\/api\/prom(?:\/|$)/,
  LOKI: /^\/loki(?:\/|$)/,
  TEMPO: /^\/tempo(?:\/|$)/,
};

function findOwnerByAddress({ service, url }: Probe, value: string, cloud: Settings['cloud']): Owner | undefined {
  const { pathname } = new URL(value);
  const access = readCloudAccess(cloud);
  const places = { OTLP: undefined, PROMETHEUS: access.prometheus, LOKI: access.loki, TEMPO: access.tempo };
  if (PATHS[service].test(pathname)) return undefined;
  const others = CLOUD_SERVICES.filter((other) => other !== service);
  const owner =
    others.find((other) => PATHS[other].test(pathname)) ?? others.find((other) => places[other]?.url === url);
  return owner && { owner };
}
