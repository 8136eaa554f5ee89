import type { Credentials } from './auth/credentials.ts';
import { instanceIdVariable, SERVICES, TOKEN_VARIABLE } from './auth/credentials.ts';

/**
 * The `.env` lines that point an Alloy at a mock at `url`. A token that the mock made up is shown, one that was given to
 * it is not.
 */
export function environmentLines(url: string, { token, tokenGiven, instanceIds }: Credentials): string[] {
  return [
    `${TOKEN_VARIABLE}=${tokenGiven ? `<the token that ${TOKEN_VARIABLE} held at the start>` : token}`,
    `GRAFANA_CLOUD_OTLP_ENDPOINT=${url}/otlp`,
    `GRAFANA_CLOUD_PROMETHEUS_ENDPOINT=${url}/api/prom/push`,
    `GRAFANA_CLOUD_LOKI_ENDPOINT=${url}/loki/api/v1/push`,
    `GRAFANA_CLOUD_TEMPO_ENDPOINT=${url}/tempo`,
    ...SERVICES.map((service) => `${instanceIdVariable(service)}=${instanceIds[service]}`),
  ];
}
