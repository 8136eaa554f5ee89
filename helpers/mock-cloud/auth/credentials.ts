import { randomBytes } from 'node:crypto';

/** The four services of a Grafana Cloud stack; each has an instance ID of its own. */
export const SERVICES = ['otlp', 'prometheus', 'loki', 'tempo'] as const;
export type Service = (typeof SERVICES)[number];

/** What the mock accepts as its stack's: the token, and the instance ID of each service. */
export type Credentials = {
  readonly token: string;
  /** Whether the mock generated the token, which it may then show. */
  readonly isGenerated: boolean;
  readonly instanceIds: Readonly<Record<Service, string>>;
};

/** The environment variable that holds the token. */
export const TOKEN_VARIABLE = 'GRAFANA_CLOUD_API_KEY';

/** The environment variables that hold the instance IDs. */
export const INSTANCE_ID_VARIABLES: Readonly<Record<Service, string>> = {
  otlp: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
  prometheus: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
  loki: 'GRAFANA_CLOUD_LOKI_INSTANCE_ID',
  tempo: 'GRAFANA_CLOUD_TEMPO_INSTANCE_ID',
};

/** The instance IDs of a stack without any in its environment: those of the outage that the guides describe. */
export const DEFAULT_IDS: Readonly<Record<Service, string>> = {
  otlp: '1461503',
  prometheus: '2847239',
  loki: '1419296',
  tempo: '1413606',
};

/** Reads the credentials from an environment; generates a token and uses the default IDs where it has none. */
export function readCredentials(environment: Readonly<Record<string, string | undefined>>): Credentials {
  const given = environment[TOKEN_VARIABLE];
  const readId = (service: Service) => environment[INSTANCE_ID_VARIABLES[service]] || DEFAULT_IDS[service];
  return {
    token: given || `glc_${randomBytes(24).toString('base64url')}`,
    isGenerated: !given,
    instanceIds: {
      otlp: readId('otlp'),
      prometheus: readId('prometheus'),
      loki: readId('loki'),
      tempo: readId('tempo'),
    },
  };
}
