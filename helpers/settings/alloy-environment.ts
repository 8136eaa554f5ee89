import type { CloudService, CloudVariables } from './cloud.ts';
import { CLOUD_PATHS, CLOUD_SERVICES, LOCAL_INSTANCE_IDS, makeToken } from './cloud.ts';
import type { Intervals } from './settings.ts';

/**
 * The `GRAFANA_CLOUD_*` variables of a run against the mock: what the person set stays, so that it is checked as it is;
 * what is unset is made up to fit the mock at `origin` (`http://127.0.0.1:PORT`).
 */
export function completeCloudVariables(cloud: CloudVariables, origin: string): Record<string, string> {
  const variables: Record<string, string> = { GRAFANA_CLOUD_API_KEY: cloud.GRAFANA_CLOUD_API_KEY ?? makeToken() };
  for (const service of CLOUD_SERVICES) {
    const endpoint = `GRAFANA_CLOUD_${service}_ENDPOINT`;
    const id = `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
    variables[endpoint] = cloud[endpoint] ?? `${origin}${CLOUD_PATHS[service]}`;
    variables[id] = cloud[id] ?? LOCAL_INSTANCE_IDS[service];
  }
  return variables;
}

/** The same variables with every endpoint moved to the mock: host and scheme change, the path stays as it was set. */
export function aimAtMock(variables: Readonly<Record<string, string>>, origin: string): Record<string, string> {
  const aimed = { ...variables };
  for (const service of CLOUD_SERVICES) {
    const name: `GRAFANA_CLOUD_${CloudService}_ENDPOINT` = `GRAFANA_CLOUD_${service}_ENDPOINT`;
    const set = variables[name] ?? '';
    if (URL.canParse(set)) aimed[name] = origin + new URL(set).pathname;
  }
  return aimed;
}

/** What `config.alloy` reads of a run's intervals, by variable. */
export function listIntervalVariables(intervals: Intervals): Record<string, string> {
  const ms = (value: number) => `${Math.round(value)}ms`;
  return {
    ALLOY_SCRAPE_INTERVAL: ms(intervals.scrape),
    ALLOY_SCRAPE_TIMEOUT: ms(intervals.scrapeTimeout),
    ALLOY_OTLP_BATCH_TIMEOUT: ms(intervals.otlpBatch),
    ALLOY_REMOTE_WRITE_DEADLINE: ms(intervals.remoteWriteDeadline),
  };
}
