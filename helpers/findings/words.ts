/** Words that the sentences about several stages share. */
import type { Milliseconds } from '../otlp/ids.ts';
import type { Stranger } from '../run/endpoints.ts';
import type { Part, ServicePart } from '../run/part.ts';
import type { Finding, FindingKind, RefusedQuestion } from './finding.ts';
import type { Place } from './place.ts';
import { describeLine } from './place.ts';

/** Why a criterion failed, and what to do about it. */
export type Explanation = { readonly cause: string; readonly fix: string };

/** The words for each kind of finding. */
export type Sentences = { readonly [K in Finding['kind']]: (finding: FindingKind<K>) => Explanation };

/** A time in seconds, with a tenth: `10.4 s`. */
export function describeSeconds(time: Milliseconds): string {
  return `${(time / 1000).toFixed(1)} s`;
}

/** The component of a setting: `otelcol.exporter.otlphttp.x (config.alloy:5)`. */
export function nameComponent(place: Place): string {
  return `${place.component}${describeLine(place)}`;
}

/** The value of a setting that is an address; `otherwise` where it is empty or unknown. */
export function nameAddress({ value }: Place, otherwise: string): string {
  return value === undefined || value === '' ? otherwise : value;
}

/** The query services' names for people. */
export const SERVICES: Readonly<Record<RefusedQuestion['service'], string>> = {
  prometheus: 'Prometheus',
  tempo: 'Tempo',
  loki: 'Loki',
};

/** Where a question was asked, and as whom. */
export function describeAsked({ service, url, user }: FindingKind<'another backend'>['asked'][number]): string {
  return `${SERVICES[service]} at ${url}${user === undefined ? '' : ` (instance ID ${user})`}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(words);
}

/** What answers instead of a query service. */
export const STRANGERS: Readonly<Record<Stranger, string>> = {
  'web page': "a web page, such as the portal, Grafana or a proxy's login,",
  'empty body': 'something with an empty body, which no query API has,',
  'other API': 'another API',
};

/** The services' names for people. */
export const SERVICE_TITLES: Readonly<Record<ServicePart, string>> = {
  api: 'the API service',
  bot: 'the bot service',
  'notification-daemon': 'the notification daemon',
  'status-transition-daemon': 'the status transition daemon',
};

/** The parts' names for people. */
export const NAMES: Readonly<Record<Part, string>> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  rabbitmq: 'RabbitMQ',
  alloy: 'Alloy',
  'mock-cloud': 'the mock Grafana Cloud',
  lgtm: 'grafana/otel-lgtm',
  ...SERVICE_TITLES,
};

/** Redis says which command it does not allow: `NOPERM this user has no permissions to run the 'info' command`. */
export function adviseOnDeniedCommand(reason: string): string | undefined {
  const [, user = 'USER', command] =
    /^NOPERM (?:User (\S+)|this user) has no permissions to run the '([^']+)' command/.exec(reason) ?? [];
  return command === undefined ? undefined : `Allow it to the user in Redis: ACL SETUSER ${user} +${command}`;
}
