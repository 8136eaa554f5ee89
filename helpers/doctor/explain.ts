import type { CloudStack } from '../clients/cloud-api.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import {
  CLOUD_SERVICES,
  type CloudService,
  type CloudVariables,
  findSharedIds,
  type VariableProblem,
} from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import { describeToken, type TokenDescription } from '../settings/token.ts';
import type { StackAnswer } from './ask-for-stack.ts';
import type { ProbeResult } from './cloud-check.ts';
import { exchange } from './exchange.ts';
import { isAboutScope, isGood, isRefused, isWebPage } from './judge-answer.ts';
import type { Probe } from './probes.ts';

/** A login is tried with another ID while the person waits. */
const EXPERIMENT_TIMEOUT: Milliseconds = 1500;

/** What is wrong with a variable, whatever the services say. */
export function explainMalformed({ variable, message }: VariableProblem, { kind }: TokenDescription): CloudProblem {
  const isToken = variable === 'GRAFANA_CLOUD_API_KEY' && (kind === 'service account' || kind === 'legacy API key');
  return isToken ? { kind: 'wrong kind of token', variable, token: kind } : { kind: 'variable', variable, message };
}

/** Which of two equal IDs is wrong, the services say; where they don't answer, it is told as the variables show it. */
export function explainSharedIds(cloud: CloudVariables, results: readonly ProbeResult[]): CloudProblem[] {
  return findSharedIds(cloud).flatMap(({ variable, message }) => {
    const twins = CLOUD_SERVICES.filter((service) => cloud[`GRAFANA_CLOUD_${service}_INSTANCE_ID`] === cloud[variable]);
    const isTold = results.some(
      (result) => twins.includes(result.probe.service) && (result.isGood || isRefused(result)),
    );
    return isTold ? [] : [{ kind: 'variable' as const, variable, message }];
  });
}

/** Where the variables differ from what the stack says. */
export function listStackProblems({ cloud, discovery }: Settings, stack: StackAnswer): CloudProblem[] {
  if ('notAsked' in stack) {
    return stack.refused === 404 && discovery.stack !== undefined
      ? [{ kind: 'no such stack', stack: discovery.stack }]
      : [];
  }
  const wrongIds = Object.entries(stack.variables).filter(
    ([name, value]) => name.endsWith('_INSTANCE_ID') && cloud[name] && cloud[name] !== value,
  );
  return [
    ...(stack.status === 'active'
      ? []
      : [{ kind: 'inactive stack' as const, stack: stack.slug, status: stack.status }]),
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
export async function explainResults(
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
      refused.filter(
        (result) => !isAboutScope(result) && !flawed.has(nameId(result)) && !flawed.has(result.probe.tokenVariable),
      ),
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
  if (status === 407)
    return [{ kind: 'no answer', variables: [variable], host: new URL(url).host, reason: { kind: 'proxy login' } }];
  if (status === 404 || status === 405) return [{ kind: 'wrong path', variable, url, status }];
  if (status >= 300 && status < 400) return [{ kind: 'redirect', variable, url: probe.url, status }];
  if (status === 429) return [{ kind: 'too many requests', variable, url: probe.url, status }];
  if (status >= 500) return [{ kind: 'service fault', variable, url: probe.url, status }];
  if (isWebPage(answer)) return [{ kind: 'web page', variable, url: probe.url }];
  if (status === 403) return [{ kind: 'access denied', variable, url: probe.url, body: showBody(body) }];
  return [{ kind: 'other API', variable, url: probe.url, body: showBody(body) }];
}

/** The start of an answer, for a terminal. */
function showBody(body: string): string {
  return body
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 100);
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
    results.some(
      (result) =>
        result.probe.tokenVariable === variable && (result.isGood || (isRefused(result) && isAboutScope(result))),
    );
  const explained = await Promise.all(
    [...first.values()].map(async (result): Promise<CloudProblem | undefined> => {
      const { probe } = result;
      const id = cloud[nameId(result)] ?? '';
      if (probe.tokenVariable === 'GRAFANA_SERVICE_ACCOUNT_TOKEN')
        return { kind: 'wrong token', variable: probe.tokenVariable };
      const explanation = explainByOthers(result, results);
      if (explanation !== undefined) return explanation;
      if (!('notAsked' in stack)) return explainByStack(cloud, result, stack);
      const owner = await findOwner(settings, probe, results);
      if (owner !== undefined) return owner;
      const region = findForeignRegion(cloud, probe, results);
      if (region !== undefined) return { kind: 'wrong region', variable: probe.urlVariable, ...region };
      return isAccepted(probe.tokenVariable) ? { kind: "not the stack's ID", variable: nameId(result), id } : undefined;
    }),
  );
  const open = [...first.values()].filter((_, index) => explained[index] === undefined);
  const tokens = [...new Set(open.map(({ probe }) => probe.tokenVariable))];
  return [
    ...explained.filter((problem) => problem !== undefined),
    ...tokens.map((variable) => explainToken(variable, settings, stack)),
  ];
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
  const isOnlyRead =
    does === 'read' && service === 'TEMPO' && reads.length > 0 && reads.every((read) => isRefused(read));
  if (!isOnlyRead) return undefined;
  const explanations = reads.map((read) => explainByOthers(read, results));
  if (explanations.every((other) => other?.kind === 'missing scope'))
    return { kind: 'missing scope', variable, scopes: [scope] };
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

/** Whose ID this is, or where this service's own ID stands: found by asking it with the IDs of the others. */
async function findOwner(
  { cloud, proxies }: Settings,
  probe: Probe,
  results: readonly ProbeResult[],
): Promise<CloudProblem | undefined> {
  const variable = `GRAFANA_CLOUD_${probe.service}_INSTANCE_ID`;
  const id = cloud[variable] ?? '';
  const others = CLOUD_SERVICES.filter((service) => service !== probe.service).map((service: CloudService) => ({
    owner: `GRAFANA_CLOUD_${service}_INSTANCE_ID`,
    isAccepted: results.some(({ probe: other, isGood: good }) => good && other.service === service),
  }));
  const twin = others.find(({ owner, isAccepted }) => isAccepted && cloud[owner] === id);
  if (twin !== undefined) return { kind: "another service's ID", variable, id, owner: twin.owner };
  const candidates = others.filter(({ owner }) => cloud[owner] && cloud[owner] !== id);
  const accepted = await Promise.all(
    candidates.map(async ({ owner }) =>
      isGood(probe, await exchange(probe.ask(cloud[owner]), EXPERIMENT_TIMEOUT, proxies)),
    ),
  );
  const found = candidates.find((_, index) => accepted[index]);
  if (found === undefined) return undefined;
  return { kind: 'ID in another variable', variable, id, right: cloud[found.owner] ?? '', owner: found.owner };
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
  const [shorter = '', longer = ''] = [a, b]
    .map((name) => name.replace(/^prod-/, ''))
    .sort((x, y) => x.length - y.length);
  return longer === shorter || longer.startsWith(`${shorter}-`);
}

/** The region in a host's name, such as `eu-west-0` of `prometheus-prod-01-eu-west-0.grafana.net`. */
function readRegion(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const [label = ''] = new URL(url).hostname.split('.');
  return /[a-z]{2}-(?:north|south|east|west|central)[a-z]*-?\d+$/.exec(label)?.[0];
}

/** A token to read with that is of another kind can't be right, whatever else it is. */
export function nameKindOfReadToken(problem: CloudProblem, { query }: Settings): CloudProblem {
  const variable = 'GRAFANA_CLOUD_READ_TOKEN';
  if (problem.kind !== 'wrong token' || problem.variable !== variable) return problem;
  const { kind } = describeToken(query.readToken ?? '');
  return kind === 'access policy' ? problem : { kind: 'wrong kind of token', variable, token: kind };
}

/** One problem for each thing to correct, however many services suffer from it. */
export function removeRepetitions(problems: readonly CloudProblem[]): CloudProblem[] {
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
