import { readCloudAccess } from '../clients/access.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import { CLOUD_SERVICES, type CloudService } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import type { Evidence } from './cloud-check.ts';
import type { Probe } from './probes.ts';

type WrongQueryUrl = Extract<CloudProblem, { kind: 'wrong query URL' }>;

const PATHS: Readonly<Record<CloudService, RegExp>> = {
  OTLP: /^\/otlp(?:\/|$)/,
  PROMETHEUS: /^\/api\/prom(?:\/|$)/,
  LOKI: /^\/loki(?:\/|$)/,
  TEMPO: /^\/tempo(?:\/|$)/,
};

/** The query URLs that fail, and are the address of another service. */
export function listForeignQueryUrls({ settings, results }: Evidence): WrongQueryUrl[] {
  return results.flatMap(({ probe, exchange, isGood }): WrongQueryUrl[] => {
    if (isGood || exchange.kind === 'no answer' || probe.derived === undefined) return [];
    const owner = findOwner(probe, settings);
    return owner === undefined ? [] : [describeWrongQueryUrl(probe, probe.derived, owner)];
  });
}

/** The problem of a query URL that is not the one that follows from the endpoint, and should be. */
export function describeWrongQueryUrl(
  { urlVariable: variable, url }: Probe,
  derived: WrongQueryUrl['derived'],
  owner?: CloudService,
): WrongQueryUrl {
  return { kind: 'wrong query URL', variable, url, ...(owner && { owner }), derived };
}

/** The service that has this path, or that would be asked at just this URL. */
function findOwner({ url, service }: Probe, { cloud }: Settings): CloudService | undefined {
  const { pathname } = new URL(url);
  const others = CLOUD_SERVICES.filter((other) => other !== service);
  const access = readCloudAccess(cloud);
  const places = { PROMETHEUS: access.prometheus, LOKI: access.loki, TEMPO: access.tempo, OTLP: undefined };
  return others.find((other) => PATHS[other].test(pathname)) ?? others.find((other) => places[other]?.url === url);
}
