import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Run } from '../../run/run.ts';
import { CLOUD_VARIABLES } from '../../settings/cloud.ts';
import { EXISTING_VARIABLES, type Settings } from '../../settings/settings.ts';
import { readExistingEndpoints } from '../existing-endpoints.ts';

const SERVICES = ['tempo', 'prometheus', 'loki'] as const;

/**
 * The variables that name another stack, Alloy or backend than those of a warm stack's run. One that is unset names none, and
 * the mock cloud is asked at no other address.
 */
export function listOtherVariables(run: Run, settings: Settings): string[] {
  return [
    ...listOfStack(run, settings),
    ...listOfParts(run, settings),
    ...listOfBackend(run, settings),
    ...CLOUD_VARIABLES.filter((name) => settings.cloud[name] && settings.cloud[name] !== run.variables[name]),
  ];
}

function listOfStack({ stack, alloy }: Run, settings: Settings): string[] {
  const isInContainer = stack === 'containers';
  const kinds = { container: isInContainer, binary: alloy.kind === 'binary', embedded: alloy.kind === 'embedded' };
  // Alloy in a container, or the embedded one, is what was asked for, and the program is not.
  const isProgramMeant =
    settings.stack !== 'containers' && settings.alloy !== 'container' && settings.alloy !== 'embedded';
  const program = isProgramMeant && settings.alloyBinary !== undefined ? resolve(settings.alloyBinary) : undefined;
  const isConfigSet = Boolean(settings.inherited.pick(['ALLOY_CONFIG']).ALLOY_CONFIG);
  return [
    ...(settings.stack !== undefined && settings.stack !== stack ? ['STACK'] : []),
    ...(settings.alloy !== undefined && !kinds[settings.alloy] ? ['ALLOY'] : []),
    ...(program !== undefined && (isInContainer || alloy.command?.[0] !== program) ? ['ALLOY_BIN'] : []),
    ...(isConfigSet && settings.alloyConfig !== alloy.config ? ['ALLOY_CONFIG'] : []),
  ];
}

function listOfParts(run: Run, { existing }: Settings): string[] {
  const { alloy: _, mockCloud: __, lgtm: ___, ...named } = readExistingEndpoints(existing);
  return (Object.keys(named) as (keyof typeof named)[]).flatMap((part) =>
    isDeepStrictEqual(named[part], run[part]) ? [] : (EXISTING_VARIABLES[part] ?? part),
  );
}

function listOfBackend({ backend, access, grafana }: Run, { backend: wanted, lgtm, query }: Settings): string[] {
  const isMock = backend === 'mock';
  const isOther = (url: URL | undefined, asked: string | undefined) => url !== undefined && trim(url) !== asked;
  return [
    ...(wanted !== undefined && wanted !== backend ? ['BACKEND'] : []),
    ...SERVICES.filter((service) => isOther(lgtm[service], backend === 'lgtm' ? access[service].url : undefined)).map(
      (service) => `${service.toUpperCase()}_URL`,
    ),
    ...(lgtm.tenant !== undefined && lgtm.tenant !== access.tempo.tenant ? ['BACKEND_TENANT'] : []),
    ...SERVICES.filter((service) => !isMock && isOther(query[service], access[service].url)).map(
      (service) => `GRAFANA_CLOUD_${service.toUpperCase()}_QUERY_URL`,
    ),
    ...(!isMock && isOther(query.grafana?.url, grafana?.url) ? ['GRAFANA_URL'] : []),
  ];
}

/** Without its login and a final slash, as the run has it. */
function trim({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/\/$/, '');
}
