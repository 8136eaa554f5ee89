import { randomBytes } from 'node:crypto';
import { isSameRegion, readRegion } from './region.ts';
import { describeToken, findStrayCharacters, findTokenFlaw } from './token.ts';

/** The services of Grafana Cloud that a stack has, each with an instance ID of its own. */
export const CLOUD_SERVICES = ['OTLP', 'PROMETHEUS', 'LOKI', 'TEMPO'] as const;
export type CloudService = (typeof CLOUD_SERVICES)[number];

/** The variable with this service's instance ID. */
export function nameId(service: CloudService): string {
  return `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
}

/** The variable that says where this service is. */
export function nameEndpoint(service: CloudService): string {
  return `GRAFANA_CLOUD_${service}_ENDPOINT`;
}

/** The `GRAFANA_CLOUD_*` variables, by name, as the person set them or as a local run makes them up. */
export type CloudVariables = Readonly<Record<string, string | undefined>>;

/** The path that each service's endpoint ends with, on Grafana Cloud and on the mock. */
export const CLOUD_PATHS: Readonly<Record<CloudService, string>> = {
  OTLP: '/otlp',
  PROMETHEUS: '/api/prom/push',
  LOKI: '/loki/api/v1/push',
  TEMPO: '/tempo',
};

/** The instance IDs of a run that was given none: those of the deployment whose outage this project exists for. */
export const LOCAL_INSTANCE_IDS: Readonly<Record<CloudService, string>> = {
  OTLP: '1461503',
  PROMETHEUS: '2847239',
  LOKI: '1419296',
  TEMPO: '1413606',
};

/** The names of all variables, in the order in which they are reported. */
export const CLOUD_VARIABLES: readonly string[] = [
  'GRAFANA_CLOUD_API_KEY',
  ...CLOUD_SERVICES.flatMap((service) => [nameEndpoint(service), nameId(service)]),
];

/** A token of the shape that Grafana Cloud issues, for a run that was given none. */
export function makeToken(): string {
  const payload = { o: '1', n: 'alloy-verify', k: randomBytes(24).toString('base64url'), m: { r: 'local' } };
  return `glc_${Buffer.from(JSON.stringify(payload)).toString('base64')}`;
}

/** A variable that can't be right, and why: a sentence that names it and what to set. */
export type VariableProblem = { readonly variable: string; readonly message: string };

/** The messages of {@link findVariableProblems}. */
export function findCloudProblems(variables: CloudVariables, madeUp: readonly string[] = []): string[] {
  return findVariableProblems(variables, madeUp).map(({ message }) => message);
}

/**
 * What is wrong with the `GRAFANA_CLOUD_*` variables, as far as that shows without asking anybody; empty when all are set and
 * well-formed. The token's value is in no message. The variables that were made up are right.
 */
export function findVariableProblems(variables: CloudVariables, madeUp: readonly string[] = []): VariableProblem[] {
  return [
    ...findMalformed(variables),
    ...findWrongPaths(variables),
    ...findWrongHosts(variables),
    ...findSlashes(variables),
    ...findForeignToken(variables),
    ...findSharedIds(variables, madeUp),
  ];
}

/** The variables that are not set, or can't be what they should be whatever the others are. */
export function findMalformed(variables: CloudVariables): VariableProblem[] {
  return [
    ...findTokenProblems(variables),
    ...CLOUD_SERVICES.flatMap((service) => findServiceProblems(service, variables)),
  ];
}

/**
 * The endpoints at a host of Grafana Cloud's own that have another path than it serves. What any other host serves, such as a relay
 * with a path of its own, only asking it can tell. Two that are swapped are one problem.
 */
export function findWrongPaths(variables: CloudVariables): VariableProblem[] {
  const wrong = CLOUD_SERVICES.flatMap((service) => {
    const endpoint = variables[nameEndpoint(service)] ?? '';
    if (!URL.canParse(endpoint)) return [];
    const { hostname, pathname } = new URL(endpoint);
    const path = pathname.replace(/\/$/, '');
    if (!isHosted(hostname) || path === CLOUD_PATHS[service]) return [];
    return [{ service, pathname, owner: CLOUD_SERVICES.find((other) => CLOUD_PATHS[other] === path) }];
  });
  return wrong.flatMap(({ service, pathname, owner }, index): VariableProblem[] => {
    const variable = nameEndpoint(service);
    const twin = wrong.findIndex((other) => other.service === owner && other.owner === service);
    if (owner === undefined || twin < 0) {
      const message = `${variable} has the path ${pathname}, and Grafana Cloud answers at ${CLOUD_PATHS[service]}`;
      return [{ variable, message }];
    }
    if (twin < index) return [];
    const message = `${variable} and ${nameEndpoint(owner)} are swapped: each has the path of the other's service`;
    return [{ variable, message }];
  });
}

/** How the host of each service begins, on Grafana Cloud; those of other clusters may begin otherwise. */
const HOSTS: Readonly<Record<CloudService, string>> = {
  OTLP: 'otlp-gateway-',
  PROMETHEUS: 'prometheus-',
  LOKI: 'logs-',
  TEMPO: 'tempo-',
};

const OWNERS: Readonly<Record<CloudService, string>> = {
  OTLP: 'the OTLP gateway',
  PROMETHEUS: 'Prometheus',
  LOKI: 'Loki',
  TEMPO: 'Tempo',
};

/** The endpoints at the host of another service of Grafana Cloud, which serves no such path. */
export function findWrongHosts(variables: CloudVariables): VariableProblem[] {
  return CLOUD_SERVICES.flatMap((service) => {
    const variable = nameEndpoint(service);
    const endpoint = variables[variable] ?? '';
    if (!URL.canParse(endpoint)) return [];
    const { hostname, pathname } = new URL(endpoint);
    const owner = CLOUD_SERVICES.find((other) => other !== service && hostname.startsWith(HOSTS[other]));
    if (owner === undefined || !isHosted(hostname) || pathname.replace(/\/$/, '') !== CLOUD_PATHS[service]) return [];
    return [{ variable, message: `${variable} leads to ${hostname}, which is a host of ${OWNERS[owner]}` }];
  });
}

/** The endpoints that end with a slash: remote write at `/push/` is a 404. Who can ask them knows better. */
export function findSlashes(variables: CloudVariables): VariableProblem[] {
  return CLOUD_SERVICES.map(nameEndpoint)
    .filter((variable) => /[^/]\/$/.test(variables[variable] ?? ''))
    .map((variable) => ({ variable, message: `${variable} ends with a slash: leave it out` }));
}

/** Whether this host is Grafana Cloud's own, and no relay of somebody's. */
export function isHosted(hostname: string): boolean {
  return hostname.endsWith('.grafana.net');
}

/**
 * One problem for each instance ID that several services have. It names the one that the person tries out, where the others were
 * made up; of several that the person set nobody can tell without asking which is wrong, and `variable` is the first.
 */
export function findSharedIds(variables: CloudVariables, madeUp: readonly string[] = []): VariableProblem[] {
  const names = CLOUD_SERVICES.map(nameId);
  const sharing = Map.groupBy(names, (name) => variables[name] ?? '');
  return [...sharing].flatMap(([id, sharers]) => {
    if (sharers.length < 2 || !/^\d+$/.test(id)) return [];
    const [variable, ...others] = sharers.filter((name) => !madeUp.includes(name));
    if (variable === undefined) return [];
    if (others.length > 0) {
      const which = sharers.length === 2 ? 'one of the two is wrong' : `at most one of the ${sharers.length} is right`;
      const message = `${list(sharers)} are the same, ${id}, and each Grafana Cloud service has an instance ID of its own: ${which}`;
      return [{ variable, message }];
    }
    const owners = sharers.filter((name) => name !== variable);
    const problem = `${variable} is ${id}, which is ${list(owners)}`;
    const message =
      variable === nameId('OTLP')
        ? `${problem}: the OTLP gateway has an instance ID of its own ` +
          'and answers 401 to any other (Grafana Cloud portal > your stack > OpenTelemetry > Configure)'
        : `${problem}: each Grafana Cloud service has an instance ID of its own`;
    return [{ variable, message }];
  });
}

/** The token, where it is of a region in which none of the endpoints is, as far as their names tell. */
export function findForeignToken(variables: CloudVariables): VariableProblem[] {
  const variable = 'GRAFANA_CLOUD_API_KEY';
  const token = describeToken(variables[variable] ?? '');
  if (token.kind !== 'access policy' || token.region === undefined) return [];
  const { region } = token;
  // Only what is written as the regions in names of hosts are can be compared with them.
  if (!/^(?:prod-)?[a-z]{2}(?:-|$)/.test(region)) return [];
  const regions = CLOUD_SERVICES.flatMap((service) => readRegion(variables[nameEndpoint(service)] ?? '') ?? []);
  if (regions.length === 0 || regions.some((other) => isSameRegion(region, other))) return [];
  const message = `${variable} is a token of the region ${region}, and the endpoints are in ${list([...new Set(regions)])}: a token is good for its own region only`;
  return [{ variable, message }];
}

/** The variables that are missing, where the person has set others: one problem that names them, or the only one that is set. */
export function findMissing(madeUp: readonly string[]): VariableProblem[] {
  const [variable] = madeUp;
  if (variable === undefined || madeUp.length === CLOUD_VARIABLES.length) return [];
  const [only, ...others] = CLOUD_VARIABLES.filter((name) => !madeUp.includes(name));
  if (only !== undefined && others.length === 0) {
    const message = `${only} is the only one of the ${CLOUD_VARIABLES.length} GRAFANA_CLOUD_* variables that is set: as soon as one is, all have to be`;
    return [{ variable, message }];
  }
  const message = `${list(madeUp)} ${madeUp.length === 1 ? 'is' : 'are'} not set: as soon as one of these variables is, all have to be`;
  return [{ variable, message }];
}

/** `A`, `A and B`, `A, B and C` */
function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function findTokenProblems(variables: CloudVariables): VariableProblem[] {
  const variable = 'GRAFANA_CLOUD_API_KEY';
  const token = variables[variable];
  if (token === undefined || token === '') {
    return [{ variable, message: `${variable} is not set: give it an access policy token` }];
  }
  const flaw = findTokenFlaw(token);
  return flaw === undefined ? [] : [{ variable, message: `${variable} ${flaw}` }];
}

function findServiceProblems(service: CloudService, variables: CloudVariables): VariableProblem[] {
  const problems: VariableProblem[] = [];
  const name = nameEndpoint(service);
  const endpoint = variables[name];
  const messages =
    endpoint === undefined || endpoint === '' ? [`${name} is not set`] : findEndpointProblems(name, endpoint);
  problems.push(...messages.map((message) => ({ variable: name, message })));

  const idName = nameId(service);
  const id = variables[idName];
  if (id === undefined || id === '') problems.push({ variable: idName, message: `${idName} is not set` });
  else if (!/^\d+$/.test(id)) problems.push({ variable: idName, message: `${idName} ${describeWrongId(id)}` });
  return problems;
}

function findEndpointProblems(name: string, endpoint: string): string[] {
  const stray = findStrayCharacters(endpoint);
  if (stray !== undefined) return [`${name} ${stray}`];
  // What begins with HOST:PORT is parsed as a scheme.
  if (!/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint))
    return [`${name} is not a URL: it has to start with https://`];
  const url = new URL(endpoint);
  const problems: string[] = [];
  if (url.username !== '' || url.password !== '') problems.push(`${name} carries a login: leave it out of the URL`);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isPrivate(url.hostname))) {
    problems.push(`${name} is not https: only a loopback or private host may be reached without it`);
  }
  const addition = findAddition(endpoint);
  if (addition !== undefined) problems.push(`${name} has ${addition}: leave it out of the URL`);
  return problems;
}

/** What follows the path of this URL, where a path is to be put behind it; undefined where nothing does. It may hold a secret. */
export function findAddition(url: string): string | undefined {
  const [mark] = /[?#]/.exec(url) ?? [];
  return mark && (mark === '?' ? 'a query string' : 'a fragment');
}

/** Whether this Grafana can only be linked to: it is one of Grafana Cloud, whose data sources are known without asking it. */
export function isLinkedOnly({ url, token }: { readonly url: URL; readonly token: string | undefined }): boolean {
  return token === undefined && isHosted(url.hostname);
}

/** Loopback, RFC 1918, link-local and unique-local addresses, and names without a dot or below .local, .internal and .localhost. */
export function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host.includes(':')) return host === '::1' || /^f[cd]|^fe[89ab]/.test(host);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host))
    return /^(127|10)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(host);
  return !host.includes('.') || /\.(local|internal|localhost)$/.test(host);
}

/** Somebody may have pasted a token where an ID belongs: only what can be no secret is shown. */
function describeWrongId(id: string): string {
  if (/^\W*\d+\W*$/.test(id)) return findStrayCharacters(id) ?? `is "${id}": an instance ID is a number`;
  const isShown = /^(?:\d*[A-Za-z]?\d*|[a-z]{1,5})$/.test(id);
  return isShown ? `is "${id}": an instance ID is a number` : 'is not a number, as an instance ID is';
}
