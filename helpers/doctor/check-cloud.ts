import { readCloudAccess } from '../clients/access.ts';
import { type CloudApi, type CloudStack, findStack, listStacks, readCloudApi } from '../clients/cloud-api.ts';
import { findGrafanaAccess, NoDataSource } from '../clients/grafana.ts';
import { QueryError } from '../clients/http.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import { CLOUD_SERVICES, type CloudService, type CloudVariables, findVariableProblems } from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import { describeToken, type TokenDescription } from '../settings/token.ts';
import { type Exchange, exchange, type Unanswered } from './exchange.ts';
import { listReads, listWrites, type Probe } from './probes.ts';

/** What is wrong between this machine and a stack of Grafana Cloud: one for each thing to correct, as data. */
export type CloudProblem =
  /** It shows without asking anybody. */
  | { readonly kind: 'variable'; readonly variable: string; readonly message: string }
  | { readonly kind: "another service's ID"; readonly variable: string; readonly id: string; readonly owner: string }
  /** No ID of this stack; `expected` is the right one, where the stack could be asked for it. */
  | { readonly kind: "not the stack's ID"; readonly variable: string; readonly id: string; readonly expected?: string }
  | { readonly kind: 'another endpoint'; readonly variable: string; readonly expected: string }
  | { readonly kind: 'wrong region'; readonly variable: string; readonly region: string; readonly expected: string }
  | { readonly kind: 'wrong token'; readonly variable: string }
  /** Every ID is refused, and which of the two is wrong can't be told. */
  | { readonly kind: "wrong token or another stack's IDs"; readonly variable: string }
  | { readonly kind: "another stack's IDs"; readonly stack?: string }
  | { readonly kind: 'wrong kind of token'; readonly variable: string; readonly token: TokenDescription['kind'] }
  | { readonly kind: 'missing scope'; readonly variable: string; readonly scopes: readonly string[] }
  | { readonly kind: 'wrong path'; readonly variable: string; readonly url: string; readonly status: number }
  | { readonly kind: 'web page'; readonly variable: string; readonly url: string }
  | { readonly kind: 'other API'; readonly variable: string; readonly url: string; readonly body: string }
  | { readonly kind: 'redirect' | 'service fault'; readonly variable: string; readonly url: string; readonly status: number }
  | { readonly kind: 'no answer'; readonly variables: readonly string[]; readonly host: string; readonly reason: Unanswered }
  | { readonly kind: 'clock'; readonly offset: Milliseconds }
  | { readonly kind: 'inactive stack'; readonly stack: string; readonly status: string }
  | { readonly kind: 'no such stack'; readonly stack: string }
  | { readonly kind: 'no data source'; readonly message: string }
  | { readonly kind: 'Grafana refuses'; readonly status: number; readonly message: string };

/** What became of a probe. */
export type ProbeResult = { readonly probe: Probe; readonly exchange: Exchange; readonly isGood: boolean };

/** What a check of Grafana Cloud found. */
export type CloudCheck = {
  readonly token: TokenDescription;
  /** What the stack itself says, or why it was not asked. */
  readonly stack: CloudStack | { readonly notAsked: 'no slug' | 'private' | 'no scope' | 'no answer' | 'no token' };
  readonly results: readonly ProbeResult[];
  /** How far this machine's clock is behind that of Grafana Cloud, where an answer said. */
  readonly clockOffset?: Milliseconds;
  readonly problems: readonly CloudProblem[];
};

const PROBE_TIMEOUT: Milliseconds = 2500;
const EXPERIMENT_TIMEOUT: Milliseconds = 1500;
/** Samples from further ahead are refused after ten minutes, and a `Date` has whole seconds. */
const MAX_CLOCK_OFFSET: Milliseconds = 60_000;

/**
 * Asks each service of Grafana Cloud with an empty write and a tiny read, and says what is wrong. A login that is refused is
 * tried once more with the IDs of the other services, so that a swapped one is told by name. It takes less than five seconds,
 * and stores nothing.
 */
export async function checkCloud(settings: Settings): Promise<CloudCheck> {
  const { cloud, query, proxies } = settings;
  const flawed = findVariableProblems(cloud);
  const grafana = await findReaders(settings);
  const variables = grafana.isProxied ? 'GRAFANA_URL' : undefined;
  const readTokenVariable = query.readToken === undefined ? 'GRAFANA_CLOUD_API_KEY' : 'GRAFANA_CLOUD_READ_TOKEN';
  const probes = [
    ...listWrites(cloud),
    ...(grafana.access === undefined
      ? []
      : listReads(
          grafana.access,
          variables === undefined ? nameQueryVariables(settings) : { prometheus: variables, tempo: variables, loki: variables },
          grafana.isProxied ? 'GRAFANA_SERVICE_ACCOUNT_TOKEN' : readTokenVariable,
        )),
  ].filter(({ url }) => URL.canParse(url));
  const [stack, results] = await Promise.all([
    askForStack(settings),
    Promise.all(
      probes.map(async (probe): Promise<ProbeResult> => {
        const answer = await exchange(probe.ask(), PROBE_TIMEOUT, proxies);
        return { probe, exchange: answer, isGood: isGood(probe, answer) };
      }),
    ),
  ]);
  const clockOffset = readClock(results);
  const problems = [
    ...flawed.map(({ variable, message }) => ({ kind: 'variable' as const, variable, message })),
    ...grafana.problems,
    ...(await explainResults(settings, results, stack, new Set(flawed.map(({ variable }) => variable)))),
    ...listStackProblems(settings, stack),
    ...(clockOffset !== undefined && Math.abs(clockOffset) > MAX_CLOCK_OFFSET
      ? [{ kind: 'clock' as const, offset: clockOffset }]
      : []),
  ];
  return {
    token: describeToken(cloud.GRAFANA_CLOUD_API_KEY ?? ''),
    stack: 'refused' in stack ? { notAsked: stack.notAsked } : stack,
    results,
    ...(clockOffset !== undefined && { clockOffset }),
    problems: removeRepetitions(problems),
  };
}

/** How the services are asked: through one Grafana where that is set, else each by its own address. */
async function findReaders({
  cloud,
  query,
  proxies,
}: Settings): Promise<{ access?: BackendAccess; isProxied: boolean; problems: CloudProblem[] }> {
  const { grafana } = query;
  if (grafana === undefined) return { access: readCloudAccess(cloud, query, proxies), isProxied: false, problems: [] };
  const none = { isProxied: true };
  const variable = 'GRAFANA_SERVICE_ACCOUNT_TOKEN';
  if (grafana.token === undefined) {
    return { ...none, problems: [{ kind: 'variable', variable, message: `${variable} is not set` }] };
  }
  try {
    const access = await findGrafanaAccess(grafana.url, grafana.token, proxies, EXPERIMENT_TIMEOUT);
    return { ...none, access, problems: [] };
  } catch (error) {
    if (error instanceof NoDataSource) return { ...none, problems: [{ kind: 'no data source', message: error.message }] };
    if (!(error instanceof QueryError)) throw error;
    const { kind } = describeToken(grafana.token);
    const problem: CloudProblem =
      kind === 'service account' || (error.status !== 401 && error.status !== 403)
        ? { kind: 'Grafana refuses', status: error.status, message: error.message }
        : { kind: 'wrong kind of token', variable, token: kind };
    return { ...none, problems: [problem] };
  }
}

/** The variable that decides where each service is asked. */
function nameQueryVariables({ query }: Settings): Record<keyof BackendAccess, string> {
  const name = (service: keyof BackendAccess) =>
    `GRAFANA_CLOUD_${service.toUpperCase()}_${query[service] === undefined ? 'ENDPOINT' : 'QUERY_URL'}`;
  return { prometheus: name('prometheus'), tempo: name('tempo'), loki: name('loki') };
}

/** Whether the service took the login and was the one that was meant: an empty write may be too little for it. */
function isGood(probe: Probe, answer: Exchange): boolean {
  if (answer.kind === 'no answer' || isWebPage(answer)) return false;
  const { status } = answer;
  if (probe.does === 'write') return (status >= 200 && status < 300) || status === 400 || status === 422;
  return status === 200 && isJsonObject(answer.body);
}

function isWebPage({ type, body }: Extract<Exchange, { kind: 'answer' }>): boolean {
  return type.startsWith('text/html') || /^\s*<!doctype html/i.test(body);
}

/** The start of a JSON object with a field of one of the three APIs. */
function isJsonObject(body: string): boolean {
  return /^\s*\{\s*"(?:status|data|traces|metrics|partial|warnings|infos)"/.test(body) || /^\s*\{\s*\}\s*$/.test(body);
}

/** The middle one of what the services' clocks say: one of them may be off. */
function readClock(results: readonly ProbeResult[]): Milliseconds | undefined {
  const offsets = results
    .flatMap(({ exchange: answer }) => (answer.kind === 'answer' ? (answer.clockOffset ?? []) : []))
    .sort((a, b) => a - b);
  return offsets[Math.floor(offsets.length / 2)];
}

type StackAnswer = CloudStack | (Extract<CloudCheck['stack'], { notAsked: string }> & { readonly refused?: number });

/** What the stack says of itself: by its slug, else the one of the token's organisation that has one of the IDs. */
async function askForStack(settings: Settings): Promise<StackAnswer> {
  const { discovery, cloud } = settings;
  const api = readCloudApi(settings);
  const hosts = CLOUD_SERVICES.map((service) => cloud[`GRAFANA_CLOUD_${service}_ENDPOINT`] ?? '');
  const isHosted = hosts.some((url) => URL.canParse(url) && /\.grafana\.net$/.test(new URL(url).hostname));
  // A token is shown to nobody but whom it belongs to.
  if (!isHosted && discovery.url === undefined) return { notAsked: 'private' };
  if (api.token === '') return { notAsked: 'no token' };
  try {
    return (await findOwnStack(api, settings)) ?? { notAsked: 'no slug' };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { status } = error;
    return { notAsked: status === 401 || status === 403 ? 'no scope' : 'no answer', refused: status };
  }
}

async function findOwnStack(api: CloudApi, { discovery, cloud }: Settings): Promise<CloudStack | undefined> {
  if (discovery.stack !== undefined) return await findStack(api, discovery.stack, PROBE_TIMEOUT);
  const token = describeToken(api.token);
  if (token.kind !== 'access policy' || token.organization === undefined) return undefined;
  const stacks = await listStacks(api, token.organization, PROBE_TIMEOUT);
  const matches = (stack: CloudStack) =>
    Object.entries(stack.variables).filter(([name, value]) => cloud[name] === value).length;
  const [best] = stacks.filter((stack) => matches(stack) > 0).sort((a, b) => matches(b) - matches(a));
  return best ?? (stacks.length === 1 ? stacks[0] : undefined);
}

function listStackProblems({ cloud, discovery }: Settings, stack: StackAnswer): CloudProblem[] {
  if ('notAsked' in stack) {
    return stack.refused === 404 && discovery.stack !== undefined
      ? [{ kind: 'no such stack', stack: discovery.stack }]
      : [];
  }
  const wrongIds = Object.entries(stack.variables).filter(
    ([name, value]) => name.endsWith('_INSTANCE_ID') && cloud[name] && cloud[name] !== value,
  );
  return [
    ...(stack.status === 'active' ? [] : [{ kind: 'inactive stack' as const, stack: stack.slug, status: stack.status }]),
    ...wrongIds.map(([variable, expected]) => describeWrongId(cloud, variable, expected, stack.variables)),
  ];
}

/** An ID that is not what the stack says: another service's of the same stack, or none of it. */
function describeWrongId(
  cloud: CloudVariables,
  variable: string,
  expected: string,
  right: Readonly<Record<string, string>>,
): CloudProblem {
  const id = cloud[variable] ?? '';
  const owner = Object.keys(right).find((name) => name.endsWith('_INSTANCE_ID') && right[name] === id);
  return owner === undefined
    ? { kind: "not the stack's ID", variable, id, expected }
    : { kind: "another service's ID", variable, id, owner };
}

/** Why the probes that failed did. */
async function explainResults(
  settings: Settings,
  results: readonly ProbeResult[],
  stack: StackAnswer,
  flawed: ReadonlySet<string>,
): Promise<CloudProblem[]> {
  const failed = results.filter(({ probe, isGood: good }) => !good && !flawed.has(probe.urlVariable));
  const silent = failed.filter(({ exchange: answer }) => answer.kind === 'no answer');
  const refused = failed.filter((result) => isRefused(result));
  const others = failed.filter((result) => !silent.includes(result) && !refused.includes(result));
  return [
    ...groupSilent(silent),
    ...others.flatMap((result) => explainAnswer(result)),
    ...listMissingScopes(refused),
    ...(await explainLogins(
      settings,
      refused.filter((result) => !isAboutScope(result) && !flawed.has(nameId(result)) && !flawed.has(result.probe.tokenVariable)),
      results,
      stack,
    )),
  ];
}

/** One problem for each host and reason. */
function groupSilent(silent: readonly ProbeResult[]): CloudProblem[] {
  const groups = Object.groupBy(silent, ({ probe, exchange: answer }) =>
    JSON.stringify([new URL(probe.url).host, answer.kind === 'no answer' && answer.reason]),
  );
  return Object.values(groups).flatMap((group = []) => {
    const [first] = group;
    if (first?.exchange.kind !== 'no answer') return [];
    const variables = [...new Set(group.map(({ probe }) => probe.urlVariable))];
    return [{ kind: 'no answer', variables, host: new URL(first.probe.url).host, reason: first.exchange.reason }];
  });
}

function isRefused({ exchange: answer }: ProbeResult): boolean {
  return answer.kind === 'answer' && (answer.status === 401 || answer.status === 403) && !isWebPage(answer);
}

/** A service that knows the token, and says that it may not: it names the scope, or answers 403. */
function isAboutScope({ exchange: answer }: ProbeResult): boolean {
  if (answer.kind !== 'answer') return false;
  return answer.status === 403 || /\bscopes?\b|permission|not allowed|denied/i.test(answer.body);
}

function listMissingScopes(refused: readonly ProbeResult[]): CloudProblem[] {
  const byToken = Map.groupBy(refused.filter(isAboutScope), ({ probe }) => probe.tokenVariable);
  return [...byToken].map(([variable, group]) => ({
    kind: 'missing scope',
    variable,
    scopes: [...new Set(group.map(({ probe }) => probe.scope))],
  }));
}

function explainAnswer({ probe, exchange: answer }: ProbeResult): CloudProblem[] {
  if (answer.kind === 'no answer') return [];
  const { urlVariable: variable } = probe;
  const { url } = probe.ask();
  const { status, body } = answer;
  if (status === 407) return [{ kind: 'no answer', variables: [variable], host: new URL(url).host, reason: { kind: 'proxy login' } }];
  if (isWebPage(answer)) return [{ kind: 'web page', variable, url: probe.url }];
  if (status === 404 || status === 405) return [{ kind: 'wrong path', variable, url, status }];
  if (status >= 300 && status < 400) return [{ kind: 'redirect', variable, url: probe.url, status }];
  // Too many requests are no fault of the configuration.
  if (status === 429) return [];
  if (status >= 500) return [{ kind: 'service fault', variable, url: probe.url, status }];
  return [{ kind: 'other API', variable, url: probe.url, body: body.trim().slice(0, 100) }];
}

/** Why logins are refused that the services do not explain. */
async function explainLogins(
  settings: Settings,
  refused: readonly ProbeResult[],
  results: readonly ProbeResult[],
  stack: StackAnswer,
): Promise<CloudProblem[]> {
  const { cloud } = settings;
  const first = new Map(refused.map((result) => [`${result.probe.service} ${result.probe.tokenVariable}`, result]));
  const isAccepted = (variable: string) =>
    results.some((result) => result.probe.tokenVariable === variable && (result.isGood || (isRefused(result) && isAboutScope(result))));
  const explained = await Promise.all(
    [...first.values()].map(async (result): Promise<CloudProblem | undefined> => {
      const { probe } = result;
      const id = cloud[nameId(result)] ?? '';
      if (probe.tokenVariable === 'GRAFANA_SERVICE_ACCOUNT_TOKEN') return { kind: 'wrong token', variable: probe.tokenVariable };
      const explanation = explainByOthers(result, results);
      if (explanation !== undefined) return explanation;
      if (!('notAsked' in stack)) return explainByStack(cloud, result, stack);
      const owner = await findOwner(settings, probe);
      if (owner !== undefined) return { kind: "another service's ID", variable: nameId(result), id, owner };
      const region = findForeignRegion(cloud, probe, results);
      if (region !== undefined) return { kind: 'wrong region', variable: probe.urlVariable, ...region };
      return isAccepted(probe.tokenVariable) ? { kind: "not the stack's ID", variable: nameId(result), id } : undefined;
    }),
  );
  const open = [...first.values()].filter((_, index) => explained[index] === undefined);
  const tokens = [...new Set(open.map(({ probe }) => probe.tokenVariable))];
  return [...explained.filter((problem) => problem !== undefined), ...tokens.map((variable) => explainToken(variable, settings, stack))];
}

/**
 * A service that took the same ID for something else does not refuse the ID; where it took the same token as well, what lacks
 * is the scope. Tempo is only read, so it is compared with the other services that are.
 */
function explainByOthers({ probe }: ProbeResult, results: readonly ProbeResult[]): CloudProblem | undefined {
  const { service, does, scope, tokenVariable: variable } = probe;
  const accepted = results.filter((other) => other.isGood && other.probe.service === service);
  if (accepted.some((other) => other.probe.tokenVariable === variable)) {
    return { kind: 'missing scope', variable, scopes: [scope] };
  }
  if (accepted.length > 0) return { kind: 'wrong token', variable };
  const reads = results.filter((other) => other.probe.does === 'read' && other.probe.service !== service);
  const isOnlyRead = does === 'read' && service === 'TEMPO' && reads.length > 0 && reads.every((read) => isRefused(read));
  if (!isOnlyRead) return undefined;
  const explanations = reads.map((read) => explainByOthers(read, results));
  if (explanations.every((other) => other?.kind === 'missing scope')) return { kind: 'missing scope', variable, scopes: [scope] };
  return explanations.every((other) => other?.kind === 'wrong token') ? { kind: 'wrong token', variable } : undefined;
}

/** The right value is known: what differs from it is wrong, and if nothing does, it is the token. */
function explainByStack(cloud: CloudVariables, result: ProbeResult, stack: CloudStack): CloudProblem {
  const { variables, region } = stack;
  const idName = nameId(result);
  const expectedId = variables[idName] ?? '';
  if (cloud[idName] !== expectedId) return describeWrongId(cloud, idName, expectedId, variables);
  const { urlVariable, tokenVariable } = result.probe;
  const expected = variables[urlVariable];
  if (expected !== undefined && new URL(expected).host !== new URL(cloud[urlVariable] ?? expected).host) {
    const found = readRegion(cloud[urlVariable] ?? '');
    const right = readRegion(expected) ?? region;
    return found !== undefined && found !== right
      ? { kind: 'wrong region', variable: urlVariable, region: found, expected: right }
      : { kind: 'another endpoint', variable: urlVariable, expected };
  }
  return { kind: 'wrong token', variable: tokenVariable };
}

/** Nothing says that an ID is wrong: then it is the token, or all IDs are those of another stack. */
function explainToken(variable: string, { cloud, discovery }: Settings, stack: StackAnswer): CloudProblem {
  const asked = discovery.token === undefined && 'notAsked' in stack ? stack.refused : undefined;
  const { kind } = describeToken(cloud[variable] ?? '');
  if (variable === 'GRAFANA_SERVICE_ACCOUNT_TOKEN') return { kind: 'wrong token', variable };
  if (variable in cloud && kind !== 'access policy') return { kind: 'wrong kind of token', variable, token: kind };
  if (variable === 'GRAFANA_CLOUD_API_KEY' && asked === 401) return { kind: 'wrong token', variable };
  if (variable === 'GRAFANA_CLOUD_API_KEY' && asked === 403) return { kind: "another stack's IDs" };
  return { kind: "wrong token or another stack's IDs", variable };
}

/** The variable with the instance ID of a probe's service. */
function nameId({ probe }: ProbeResult): string {
  return `GRAFANA_CLOUD_${probe.service}_INSTANCE_ID`;
}

/** The variable of another service whose ID this one accepts. */
async function findOwner({ cloud, proxies }: Settings, probe: Probe): Promise<string | undefined> {
  const own = cloud[`GRAFANA_CLOUD_${probe.service}_INSTANCE_ID`];
  const candidates = CLOUD_SERVICES.filter((service) => service !== probe.service)
    .map((service: CloudService) => `GRAFANA_CLOUD_${service}_INSTANCE_ID`)
    .filter((name) => cloud[name] && cloud[name] !== own);
  const accepted = await Promise.all(
    candidates.map(async (name) => isGood(probe, await exchange(probe.ask(cloud[name]), EXPERIMENT_TIMEOUT, proxies))),
  );
  return candidates.find((_, index) => accepted[index]);
}

/** The region of this probe's host, where the services that accept the token, or else the token itself, are in another one. */
function findForeignRegion(
  cloud: CloudVariables,
  probe: Probe,
  results: readonly ProbeResult[],
): { region: string; expected: string } | undefined {
  const region = readRegion(probe.url);
  if (region === undefined) return undefined;
  const accepted = results.flatMap(({ probe: other, isGood: good }) => (good ? (readRegion(other.url) ?? []) : []));
  const token = describeToken(cloud.GRAFANA_CLOUD_API_KEY ?? '');
  const own = token.kind === 'access policy' ? token.region : undefined;
  const [expected = own] = accepted;
  if (expected === undefined || isSameRegion(expected, region)) return undefined;
  return { region, expected };
}

/** `eu-west-0` and the token's `prod-eu-west-0` or `eu` are the same. */
function isSameRegion(a: string, b: string): boolean {
  const [shorter = '', longer = ''] = [a, b].map((name) => name.replace(/^prod-/, '')).sort((x, y) => x.length - y.length);
  return longer === shorter || longer.startsWith(`${shorter}-`);
}

/** The region in a host's name, such as `eu-west-0` of `prometheus-prod-01-eu-west-0.grafana.net`. */
function readRegion(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const [label = ''] = new URL(url).hostname.split('.');
  return /[a-z]{2}-(?:north|south|east|west|central)[a-z]*-?\d+$/.exec(label)?.[0];
}

/** One problem for each thing to correct, however many services suffer from it. */
function removeRepetitions(problems: readonly CloudProblem[]): CloudProblem[] {
  const found = new Map<string, CloudProblem>();
  for (const problem of problems) {
    const key = getKey(problem);
    const before = found.get(key);
    if (before === undefined) found.set(key, problem);
    else if (before.kind === 'missing scope' && problem.kind === 'missing scope') {
      found.set(key, { ...before, scopes: [...new Set([...before.scopes, ...problem.scopes])] });
    }
  }
  return [...found.values()];
}

function getKey(problem: CloudProblem): string {
  if (!('variable' in problem)) return JSON.stringify(problem);
  return `${problem.variable} ${problem.kind === 'missing scope'}`;
}
