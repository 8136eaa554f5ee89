import { randomBytes } from 'node:crypto';

/** The four services of a Grafana Cloud stack; each has an instance ID of its own. */
export const SERVICES = ['otlp', 'prometheus', 'loki', 'tempo'] as const;
export type Service = (typeof SERVICES)[number];

/** What the mock takes as its stack's: the token, and the instance ID of each service. */
export type Credentials = {
  readonly token: string;
  /** False where the mock made the token up, so that it may be shown. */
  readonly tokenGiven: boolean;
  readonly instanceIds: Readonly<Record<Service, string>>;
};

/** The instance IDs of a stack that has none in its environment: those of the outage that the guides tell of. */
const DEFAULT_IDS: Readonly<Record<Service, string>> = {
  otlp: '1461503',
  prometheus: '2847239',
  loki: '1419296',
  tempo: '1413606',
};

/** The environment variable that holds a service's instance ID. */
export function instanceIdVariable(service: Service): string {
  return `GRAFANA_CLOUD_${service.toUpperCase()}_INSTANCE_ID`;
}

/** The environment variable that holds the token. */
export const TOKEN_VARIABLE = 'GRAFANA_CLOUD_API_KEY';

/** The credentials that the environment names; a made-up token and the default IDs where it names none. Never throws. */
export function credentialsFrom(environment: Readonly<Record<string, string | undefined>>): Credentials {
  const given = environment[TOKEN_VARIABLE];
  const id = (service: Service) => environment[instanceIdVariable(service)] || DEFAULT_IDS[service];
  return {
    token: given || `glc_${randomBytes(24).toString('base64url')}`,
    tokenGiven: Boolean(given),
    instanceIds: { otlp: id('otlp'), prometheus: id('prometheus'), loki: id('loki'), tempo: id('tempo') },
  };
}
