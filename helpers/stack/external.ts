import { readBackendAccess } from '../clients/access.ts';
import { CannotRun } from '../run/cannot-run.ts';
import type { Run } from '../run/run.ts';
import { CLOUD_VARIABLES } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import type { GivenEndpoints } from './existing-endpoints.ts';
import { versionOfAlloy } from './parts/alloy.ts';
import { chooseAlloy } from './parts/alloy-program.ts';

/**
 * A run against a stack that is there already: nothing is started, stopped or taken away. Its Alloy exports to the backend
 * that the `GRAFANA_CLOUD_*` variables name. Throws {@link CannotRun} where too little is said of it.
 */
export async function externalRun(
  settings: Settings,
  { alloy, ...servers }: GivenEndpoints,
  id: string,
  startedAt: number,
): Promise<Run> {
  if (alloy === undefined) {
    throw new CannotRun('STACK=external needs an Alloy.', 'set ALLOY_URL, such as http://127.0.0.1:12345.');
  }
  const missing = CLOUD_VARIABLES.filter((name) => !settings.cloud[name]);
  if (missing.length > 0) {
    throw new CannotRun(
      `STACK=external asks the backend that Alloy exports to, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
      'set them as Alloy has them; `npm run cloud` prints those of the mock.',
    );
  }
  const variables = Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, settings.cloud[name] ?? '']));
  return {
    id,
    startedAt,
    stack: 'external',
    backend: settings.backend,
    alloy: {
      ...alloy,
      kind: 'external',
      version: await versionOfAlloy(alloy.url).catch(() => 'unknown'),
      config: settings.alloyConfig,
      // Its configuration is a file of this machine's, and so is the program that is asked about it.
      command: chooseAlloy(settings.alloy, settings.alloyBinary).command,
    },
    ...servers,
    dlqCheckInterval: settings.dlqCheckIntervalSeconds,
    variables,
    access: readBackendAccess(variables),
    intervals: settings.intervals,
    seriesWindow: 300,
    timings: {},
  };
}
