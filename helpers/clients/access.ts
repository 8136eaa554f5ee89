import type { CloudService } from '../settings/cloud.ts';

/** Where one service is asked and as whom: `url` is the base below which its query API lies, without a final slash. */
export type ServiceAccess = { readonly url: string; readonly user: string; readonly password: string };

/** The three services that answer questions. */
export type BackendAccess = {
  readonly prometheus: ServiceAccess;
  readonly tempo: ServiceAccess;
  readonly loki: ServiceAccess;
};

/**
 * The query APIs that belong to the `GRAFANA_CLOUD_*` variables: Prometheus and Loki are asked beside the path that takes
 * their data (`/api/prom/push` → `/api/prom`), Tempo at its endpoint.
 */
export function readBackendAccess(variables: Readonly<Record<string, string>>): BackendAccess {
  const service = (name: CloudService, pushed: string): ServiceAccess => ({
    url: (variables[`GRAFANA_CLOUD_${name}_ENDPOINT`] ?? '').replace(/\/$/, '').replace(new RegExp(`${pushed}$`), ''),
    user: variables[`GRAFANA_CLOUD_${name}_INSTANCE_ID`] ?? '',
    password: variables.GRAFANA_CLOUD_API_KEY ?? '',
  });
  return {
    prometheus: service('PROMETHEUS', '/push'),
    tempo: service('TEMPO', '/$'),
    loki: service('LOKI', '/loki/api/v1/push'),
  };
}
