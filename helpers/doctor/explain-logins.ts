import type { CloudProblem } from '../run/cloud-problem.ts';
import { CLOUD_SERVICES, nameId } from '../settings/cloud.ts';
import { findCommonRegion, isSameRegion, readRegion } from '../settings/region.ts';
import type { Settings } from '../settings/settings.ts';
import { describeToken } from '../settings/token.ts';
import type { Evidence, ProbeResult } from './cloud-check.ts';
import { explainDifference } from './compare-with-stack.ts';
import { EXPERIMENT_TIMEOUT, exchange } from './exchange.ts';
import { isAboutScope, isGood, isRefused, readReason } from './judge-answer.ts';
import type { Probe } from './probes.ts';

const KEY = 'GRAFANA_CLOUD_API_KEY';
const SERVICE_ACCOUNT = 'GRAFANA_SERVICE_ACCOUNT_TOKEN';

/**
 * Why logins are refused with no more than a 401. What other services accept decides whether it is the token or the ID; where
 * it doesn't, the problem has all that it may be.
 */
export async function explainLogins(refused: readonly ProbeResult[], evidence: Evidence): Promise<CloudProblem[]> {
  const groups = [...Map.groupBy(refused, ({ probe }) => `${probe.urlVariable} ${probe.tokenVariable}`).values()];
  // A Grafana's answer says nothing of an instance ID.
  const results = evidence.results.filter(({ probe }) => probe.tokenVariable !== SERVICE_ACCOUNT);
  const explained = await Promise.all(
    groups.map(async (group) => {
      const problem = await explainGroup(group, { ...evidence, results });
      return problem && addReason(problem, listReasons(group));
    }),
  );
  const open = groups.filter((_, index) => explained[index] === undefined).flat();
  const byToken = Map.groupBy(open, ({ probe }) => probe.tokenVariable);
  return [
    ...explained.filter((problem) => problem !== undefined),
    ...[...byToken].map(([variable, group]) => ({
      ...explainToken(variable, group, { ...evidence, results }),
      ...listReasons(group),
    })),
  ];
}

/**
 * Adds the service's own words, where the cause is not certain without them. A token that lacks a scope is not called invalid; one
 * with another's ID is.
 */
function addReason(problem: CloudProblem, reason: { readonly says?: string }): CloudProblem {
  const isInvalid = /invalid token/i.test(reason.says ?? '');
  switch (problem.kind) {
    case 'wrong token':
      return { ...problem, scopes: isInvalid ? [] : problem.scopes, ...reason };
    case 'refused ID':
      return isInvalid ? problem : { ...problem, ...reason };
    case 'refused address':
    case 'no query':
      return { ...problem, ...reason };
    default:
      return problem;
  }
}

/** What the first of these services with a reason says. */
export function listReasons(group: readonly ProbeResult[]): { readonly says?: string } {
  const says = group.map(readReason).find((reason) => reason !== undefined);
  return says === undefined ? {} : { says };
}

/** The hosts of another region among those that refuse a login whose ID is known to be wrong: both are to be corrected. */
export function listForeignRegions(refused: readonly ProbeResult[], evidence: Evidence): CloudProblem[] {
  return refused.flatMap(({ probe }) => {
    const region = findForeignRegion(probe, evidence);
    return region === undefined ? [] : [{ kind: 'wrong region', variable: probe.urlVariable, ...region }];
  });
}

/** The refusals of one service for one token. */
async function explainGroup(group: readonly ProbeResult[], evidence: Evidence): Promise<CloudProblem | undefined> {
  const [result] = group;
  if (result === undefined) return undefined;
  const { probe } = result;
  const { stack, settings } = evidence;
  const { tokenVariable: variable } = probe;
  if (variable === SERVICE_ACCOUNT) return { kind: 'no query', variable };
  const explanation = explainByOthers(group, evidence);
  if (explanation !== undefined) return explanation;
  if (!('notAsked' in stack)) {
    const difference = evidence.differences.find((other) => other.variable === probe.urlVariable);
    // A token that nobody takes may be refused at the right address as well.
    if (difference !== undefined)
      return isTokenAccepted(variable, evidence) ? explainDifference(difference, stack) : undefined;
    // The ID and the address are those of the stack.
    return isTokenAccepted(variable, evidence)
      ? { kind: 'missing scope', variable, scopes: listScopes(group) }
      : { kind: 'wrong token', variable, scopes: [] };
  }
  const owner = await findOwner(settings, probe);
  if (owner !== undefined) return owner;
  const region = findForeignRegion(probe, evidence);
  if (region !== undefined) return { kind: 'wrong region', variable: probe.urlVariable, ...region };
  return isTokenAccepted(variable, evidence) ? describeRefusedId(group, probe, evidence) : undefined;
}

/**
 * A service that took the same ID for something else does not refuse the ID; at another address, it says nothing of this one. Tempo is only read, so it is compared with the
 * other services that are.
 */
function explainByOthers(group: readonly ProbeResult[], evidence: Evidence): CloudProblem | undefined {
  const { results } = evidence;
  const [first] = group;
  if (first === undefined) return undefined;
  const { service, tokenVariable: variable, urlVariable, url, derived } = first.probe;
  const scopes = listScopes(group);
  const taken = results.filter((other) => other.isGood && other.probe.service === service);
  if (taken.length > 0) {
    if (!isTokenAccepted(variable, evidence)) return { kind: 'wrong token', variable, scopes };
    const isOneAddress = taken.some(({ probe }) => (probe.derived === undefined) === (derived === undefined));
    if (isOneAddress) return { kind: 'missing scope', variable, scopes };
    const place = { variable: urlVariable, url, tokenVariable: variable };
    return { kind: 'refused address', ...place, scopes, ...(derived && { derived }) };
  }
  const reads = results.filter(({ probe }) => probe.does === 'read' && probe.service !== service);
  if (service !== 'TEMPO' || reads.length === 0 || !reads.every((read) => isRefused(read))) return undefined;
  const [one, ...others] = reads.map((read) => explainByOthers([read], evidence));
  const isAlike = others.every((other) => other?.kind === one?.kind);
  return isAlike && (one?.kind === 'missing scope' || one?.kind === 'wrong token') ? { ...one, scopes } : undefined;
}

/** Whether a service, or the API that told the stack, took this token. */
export function isTokenAccepted(variable: string, { settings, results, stack }: Evidence): boolean {
  const hasReadStack = !('notAsked' in stack) && settings.discovery.token === undefined && variable === KEY;
  const isTold = (result: ProbeResult) => result.isGood || isAboutScope(result);
  return hasReadStack || results.some((result) => result.probe.tokenVariable === variable && isTold(result));
}

/** The token is right: what else a 401 may be about is told with the ID, as far as nothing speaks against it. */
function describeRefusedId(group: readonly ProbeResult[], probe: Probe, { settings, results }: Evidence): CloudProblem {
  const variable = nameId(probe.service);
  const accepted = results.filter(({ isGood: good }) => good);
  const scopes = listScopes(group);
  const isScopeTaken = accepted.some(
    (other) => other.probe.tokenVariable === probe.tokenVariable && scopes.includes(other.probe.scope),
  );
  // Of the gateway there is one in each region, of the others there are several.
  const [own, region] = [readRegion(probe.url), findCommonRegion(listRegions(accepted))];
  const isPlaceKnown =
    probe.service === 'OTLP' && own !== undefined && region !== undefined && isSameRegion(own, region);
  return {
    kind: 'refused ID',
    variable,
    id: settings.cloud[variable] ?? '',
    ...(!isPlaceKnown && { endpoint: probe.urlVariable }),
    scopes: isScopeTaken ? [] : scopes,
  };
}

/** No service took this token: then it is the token, or what it is sent with is all another stack's. */
function explainToken(variable: string, group: readonly ProbeResult[], evidence: Evidence): CloudProblem {
  const { settings, stack, results } = evidence;
  const asked = settings.discovery.token === undefined && 'notAsked' in stack ? stack.refused : undefined;
  if (variable === KEY && asked === 401) return { kind: 'invalid token', variable };
  const endpoints = evidence.differences.filter((difference) =>
    group.some(({ probe }) => probe.urlVariable === difference.variable),
  );
  if (endpoints.length > 0) {
    const places = endpoints.map((difference) => ({ variable: difference.variable, expected: difference.expected }));
    return { kind: 'wrong token or endpoints', variable, endpoints: places };
  }
  const region = readTokenRegion(variable, settings);
  const common = findCommonRegion(listRegions(results));
  if (region !== undefined && common !== undefined && !isSameRegion(region, common)) {
    const regional = group.filter(({ probe }) => readRegion(probe.url) !== undefined);
    const variables = [...new Set(regional.map(({ probe }) => probe.urlVariable))];
    return { kind: 'token of another region', variable, region, expected: common, endpoints: variables };
  }
  if (variable === KEY && asked === 403) return { kind: "another stack's IDs" };
  const ids = [...new Set(group.map(({ probe }) => nameId(probe.service)))];
  return { kind: "wrong token or another stack's IDs", variable, ids };
}

/** Where this service's own ID stands, if that is in the variable of another: found by asking it with the IDs of the others. */
async function findOwner({ cloud, proxies }: Settings, probe: Probe): Promise<CloudProblem | undefined> {
  const variable = nameId(probe.service);
  const id = cloud[variable] ?? '';
  const candidates = CLOUD_SERVICES.map(nameId).filter(
    (owner) => owner !== variable && cloud[owner] && cloud[owner] !== id,
  );
  const accepted = await Promise.all(
    candidates.map(async (owner) =>
      isGood(probe, await exchange(probe.ask(cloud[owner]), EXPERIMENT_TIMEOUT, proxies)),
    ),
  );
  const owner = candidates.find((_, index) => accepted[index]);
  return owner === undefined
    ? undefined
    : { kind: 'ID in another variable', variable, id, right: cloud[owner] ?? '', owner };
}

/**
 * The region of this probe's host, where the services that accept a login are in another one. Where theirs doesn't show, the
 * token says which is right, if it is accepted or the hosts contradict each other.
 */
function findForeignRegion(
  probe: Probe,
  evidence: Evidence,
): { readonly region: string; readonly expected: string } | undefined {
  const { settings, results } = evidence;
  const region = readRegion(probe.url);
  if (region === undefined) return undefined;
  const [accepted] = listRegions(results.filter(({ isGood: good }) => good));
  const isDecisive =
    isTokenAccepted(probe.tokenVariable, evidence) || findCommonRegion(listRegions(results)) === undefined;
  const expected = accepted ?? (isDecisive ? readTokenRegion(probe.tokenVariable, settings) : undefined);
  return expected === undefined || isSameRegion(expected, region) ? undefined : { region, expected };
}

function listRegions(results: readonly ProbeResult[]): string[] {
  return results.flatMap(({ probe }) => readRegion(probe.url) ?? []);
}

function listScopes(group: readonly ProbeResult[]): string[] {
  return [...new Set(group.map(({ probe }) => probe.scope))];
}

function readTokenRegion(variable: string, { cloud, query }: Settings): string | undefined {
  const token = describeToken((variable === KEY ? cloud[variable] : query.readToken) ?? '');
  return token.kind === 'access policy' ? token.region : undefined;
}
