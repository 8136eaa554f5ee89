import type { BackendAccess, ServiceAccess } from '../run/endpoints.ts';
import type { CloudService } from '../settings/cloud.ts';

/**
 * The query APIs that belong to the `GRAFANA_CLOUD_*` variables: those of Prometheus and Loki are next to the path that
 * accepts their data (`/api/prom/push` → `/api/prom`), Tempo's is at its endpoint.
 */
export function readBackendAccess(variables: Readonly<Record<string, string | undefined>>): BackendAccess {
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
