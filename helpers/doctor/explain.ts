import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import {
  CLOUD_SERVICES,
  CLOUD_VARIABLES,
  type CloudService,
  findMalformed,
  findSharedIds,
  nameId,
  type VariableProblem,
} from '../settings/cloud.ts';
import type { Settings } from '../settings/settings.ts';
import { describeToken, findStrayCharacters, findTokenFlaw } from '../settings/token.ts';
import type { Difference, Evidence, ProbeResult, StackAnswer } from './cloud-check.ts';
import { explainDifference, listWrongIds } from './compare-with-stack.ts';
import { explainAddresses } from './explain-addresses.ts';
import { explainAnswers, explainSilences, readSilence } from './explain-answers.ts';
import { explainLogins, isTokenAccepted, listForeignRegions, listReasons } from './explain-logins.ts';
import { isAboutScope, isRefused, isUnexplained } from './judge-answer.ts';

/** Samples from further ahead are refused after ten minutes, and a `Date` has whole seconds. */
const MAX_CLOCK_OFFSET: Milliseconds = 60_000;
/** A Grafana's token has no scopes, and no instance ID goes with it. */
const SERVICE_ACCOUNT = 'GRAFANA_SERVICE_ACCOUNT_TOKEN';

/** Everything that is to be corrected: one problem for each thing, however many services suffer from it. */
export async function explainCheck(evidence: Evidence): Promise<CloudProblem[]> {
  const { stack } = evidence;
  if ('notAsked' in stack || !isOtherStack(evidence)) return await explainOwn(evidence);
  // What another stack says is no measure for this one.
  const problems = await explainOwn({ ...evidence, stack: { notAsked: 'no slug' }, differences: [] });
  const hasSlug = evidence.settings.discovery.stack !== undefined;
  return hasSlug ? [{ kind: 'another slug', stack: stack.slug }, ...problems] : problems;
}

async function explainOwn(evidence: Evidence): Promise<CloudProblem[]> {
  const { settings, results, stack } = evidence;
  const { findHome } = settings.inherited;
  const malformed = [...findMalformed(settings.cloud), ...findTokenProblems(settings)];
  const unset = CLOUD_VARIABLES.filter((name) => !settings.cloud[name]);
  const problems = removeRepetitions([
    ...(unset.length === 0 ? [] : [{ kind: 'unset' as const, variables: unset, homes: unset.map(findHome) }]),
    ...malformed
      .filter(({ variable }) => !unset.includes(variable))
      .map((problem) => explainMalformed(problem, settings, stack)),
    ...listMisnamed(settings),
    ...listStackProblems(settings, stack),
    ...(await explainResults(evidence, new Set(malformed.map(({ variable }) => variable)))),
    ...explainSharedIds(settings, results),
  ]);
  return addClock(problems, evidence);
}

/** A service that accepts an ID knows better than the slug that somebody has typed. */
function isOtherStack({ settings, results, stack }: Evidence): boolean {
  const accepted = CLOUD_SERVICES.filter((service) => isAccepted(service, results)).map(nameId);
  return (
    !('notAsked' in stack) && listWrongIds(settings.cloud, stack).some(({ variable }) => accepted.includes(variable))
  );
}

/** The names that nothing reads, where a variable of nearly that name is not set. */
function listMisnamed({ cloud, misnamed, inherited }: Settings): CloudProblem[] {
  return misnamed
    .filter(({ near }) => CLOUD_VARIABLES.includes(near) && !cloud[near])
    .map(({ name, near }) => ({
      kind: 'variable',
      variable: name,
      message: `${name} is set, and nothing reads it; ${near}, which is not set, is nearly called so`,
      home: inherited.findHome(name),
    }));
}

/** The tokens that are no `GRAFANA_CLOUD_*` variable of Alloy's, and have a form that none has. */
function findTokenProblems({ query, discovery }: Settings): VariableProblem[] {
  const flaws = {
    GRAFANA_CLOUD_READ_TOKEN: query.readToken && findTokenFlaw(query.readToken),
    GRAFANA_CLOUD_STACKS_TOKEN: discovery.token && findTokenFlaw(discovery.token),
    GRAFANA_SERVICE_ACCOUNT_TOKEN: query.grafana?.token && findStrayCharacters(query.grafana.token),
  };
  return Object.entries(flaws).flatMap(([variable, flaw]) =>
    flaw ? [{ variable, message: `${variable} ${flaw}` }] : [],
  );
}

/** What is wrong with a variable, whatever the services say. */
function explainMalformed(
  { variable, message }: VariableProblem,
  settings: Settings,
  stack: StackAnswer,
): CloudProblem {
  const { cloud, query, inherited } = settings;
  const tokens: Readonly<Record<string, string | undefined>> = {
    GRAFANA_CLOUD_API_KEY: cloud.GRAFANA_CLOUD_API_KEY,
    GRAFANA_CLOUD_READ_TOKEN: query.readToken,
  };
  const { kind } = describeToken(tokens[variable] ?? '');
  if (kind === 'service account' || kind === 'legacy API key')
    return { kind: 'wrong kind of token', variable, token: kind };
  const expected = 'notAsked' in stack ? undefined : stack.variables[variable];
  return { kind: 'variable', variable, message, home: inherited.findHome(variable), ...(expected && { expected }) };
}

/** Where the variables differ from what the stack says. */
function listStackProblems({ cloud, discovery }: Settings, stack: StackAnswer): CloudProblem[] {
  if ('notAsked' in stack) {
    return stack.refused === 404 && discovery.stack !== undefined
      ? [{ kind: 'no such stack', stack: discovery.stack }]
      : [];
  }
  const { slug, status } = stack;
  const wrongIds = listWrongIds(cloud, stack);
  return status === 'active' ? wrongIds : [{ kind: 'inactive stack', stack: slug, status }, ...wrongIds];
}

/** An ID that one service accepts is that of no other, whatever else is wrong there; if none does, one is wrong all the same. */
function explainSharedIds({ cloud, inherited }: Settings, results: readonly ProbeResult[]): CloudProblem[] {
  return findSharedIds(cloud).flatMap(({ variable, message }): CloudProblem[] => {
    const id = cloud[variable] ?? '';
    const twins = CLOUD_SERVICES.filter((service) => cloud[nameId(service)] === id);
    const owner = twins.find((service) => isAccepted(service, results));
    if (owner === undefined) return [{ kind: 'variable', variable, message, home: inherited.findHome(variable) }];
    return twins
      .filter((service) => !isAccepted(service, results))
      .map((service) => ({
        kind: "another service's ID",
        variable: nameId(service),
        id,
        owner: nameId(owner),
      }));
  });
}

/** Why the probes that failed did. */
async function explainResults(evidence: Evidence, flawed: ReadonlySet<string>): Promise<CloudProblem[]> {
  const { settings, results, stack, differences } = evidence;
  const wrongIds = 'notAsked' in stack ? [] : listWrongIds(settings.cloud, stack);
  const explainedIds = [...wrongIds, ...explainSharedIds(settings, results)].flatMap((problem) =>
    'id' in problem ? problem.variable : [],
  );
  const isMisled = (variable: string) => results.some(({ misplaced }) => misplaced?.variable === variable);
  // What was found elsewhere is judged by what it answers there.
  const failed = results.filter(({ isGood, misplaced }) => !isGood && (!misplaced || misplaced.right !== undefined));
  // A token that nobody takes may be why an endpoint refuses it. One in another domain may be another way to the stack.
  const mayBeToken = ({ variable }: Difference) =>
    failed.some(
      (result) =>
        result.probe.urlVariable === variable &&
        isRefused(result) &&
        !isTokenAccepted(result.probe.tokenVariable, evidence),
    );
  const elsewhere = differences.filter(
    (difference) =>
      !difference.isTaken && difference.isSameDomain && !isMisled(difference.variable) && !mayBeToken(difference),
  );
  const isElsewhere = ({ probe }: ProbeResult) => elsewhere.some(({ variable }) => variable === probe.urlVariable);
  const silent = failed.filter((result) => readSilence(result) !== undefined);
  const refused = failed.filter(
    (result) => !silent.includes(result) && isRefused(result) && !flawed.has(result.probe.tokenVariable),
  );
  const others = failed.filter((result) => !silent.includes(result) && !isRefused(result) && !isElsewhere(result));
  const own = refused.filter(({ probe }) => probe.tokenVariable !== SERVICE_ACCOUNT);
  // What a query URL refuses is tried where it would be without.
  const unexplained = own.filter(
    (result) => isUnexplained(result) && result.probe.derived === undefined && !isElsewhere(result),
  );
  const isScopeKnown = (result: ProbeResult) => isTakenBeside(result, results);
  const aboutScope = [...own.filter(isAboutScope), ...unexplained.filter(isScopeKnown)];
  const bare = refused.filter(
    (result) => !aboutScope.includes(result) && !unexplained.includes(result) && !isElsewhere(result),
  );
  const hasWrongId = ({ probe }: ProbeResult) => [...flawed, ...explainedIds].includes(nameId(probe.service));
  return [
    ...('notAsked' in stack ? [] : elsewhere.map((difference) => explainDifference(difference, stack))),
    ...explainSilences(
      nameQueryUrls(
        silent.filter((result) => !isElsewhere(result) || isOnTheWay(result)),
        results,
      ),
    ),
    ...explainAnswers(nameQueryUrls(others, results)),
    ...explainAddresses(results),
    ...listMissingScopes(aboutScope),
    ...listUnexplained(unexplained.filter((result) => !isScopeKnown(result))),
    ...('notAsked' in stack ? listForeignRegions(bare.filter(hasWrongId), evidence) : []),
    ...(await explainLogins(
      bare.filter((result) => !hasWrongId(result)),
      evidence,
    )),
  ];
}

/** What an endpoint that takes writes is asked at is a matter of the query URL, which is not set. */
function nameQueryUrls(failed: readonly ProbeResult[], results: readonly ProbeResult[]): ProbeResult[] {
  const taken = results.filter(({ probe, isGood, misplaced }) => probe.does === 'write' && isGood && !misplaced);
  return failed.map((result) => {
    const { probe } = result;
    if (probe.does === 'write' || !taken.some((other) => other.probe.urlVariable === probe.urlVariable)) return result;
    const urlVariable = probe.urlVariable.replace(/_ENDPOINT$/, '_QUERY_URL');
    return { ...result, probe: { ...probe, urlVariable, isUnset: true } };
  });
}

/** Whether something between here and the host is to blame, so that the right host would suffer as well. */
function isOnTheWay(result: ProbeResult): boolean {
  const { kind } = readSilence(result) ?? {};
  return kind === 'proxy login' || kind === 'proxy refuses' || kind === 'untrusted certificate';
}

/** Whether the host lets this machine in: it takes the same token for something else. */
function isTakenBeside({ probe }: ProbeResult, results: readonly ProbeResult[]): boolean {
  return results.some(
    ({ probe: other, isGood }) =>
      isGood && other.tokenVariable === probe.tokenVariable && new URL(other.url).host === new URL(probe.url).host,
  );
}

function listUnexplained(refused: readonly ProbeResult[]): CloudProblem[] {
  const byToken = Map.groupBy(refused, ({ probe }) => probe.tokenVariable);
  return [...byToken].map(([variable, group]) => ({
    kind: 'unexplained 403',
    variable,
    scopes: [...new Set(group.map(({ probe }) => probe.scope))],
    hosts: [...new Set(group.map(({ probe }) => new URL(probe.url).host))],
    ...listReasons(group),
  }));
}

function listMissingScopes(refused: readonly ProbeResult[]): CloudProblem[] {
  const byToken = Map.groupBy(refused, ({ probe }) => probe.tokenVariable);
  return [...byToken].map(([variable, group]) => ({
    kind: 'missing scope',
    variable,
    scopes: [...new Set(group.map(({ probe }) => probe.scope))],
  }));
}

/** Logins of which none is accepted are not guessed at before the clock is right. */
function addClock(problems: readonly CloudProblem[], { clockOffset, results }: Evidence): CloudProblem[] {
  if (clockOffset === undefined || Math.abs(clockOffset) <= MAX_CLOCK_OFFSET) return [...problems];
  const isAnyAccepted = results.some(({ isGood }) => isGood);
  const left = problems.filter((problem) => isAnyAccepted || !isGuess(problem));
  const isRefused = left.length < problems.length;
  return [...left, { kind: 'clock', offset: clockOffset, ...(isRefused && { isRefused }) }];
}

function isGuess({ kind }: CloudProblem): boolean {
  return kind === "wrong token or another stack's IDs" || kind === "another stack's IDs" || kind === 'refused ID';
}

/** Whether a service has accepted a login with its ID; a Grafana has a login of its own. */
function isAccepted(service: CloudService, results: readonly ProbeResult[]): boolean {
  return results.some(
    ({ probe, isGood }) => isGood && probe.service === service && probe.tokenVariable !== SERVICE_ACCOUNT,
  );
}

function removeRepetitions(problems: readonly CloudProblem[]): CloudProblem[] {
  const found = new Map<string, CloudProblem>();
  for (const problem of problems) {
    const key = getKey(problem);
    const before = found.get(key);
    if (before === undefined) found.set(key, problem);
    else if ('scopes' in before && 'scopes' in problem && before.kind === problem.kind) {
      found.set(key, { ...before, scopes: [...new Set([...before.scopes, ...problem.scopes])] });
    }
  }
  return [...found.values()];
}

function getKey(problem: CloudProblem): string {
  if (!('variable' in problem)) return JSON.stringify(problem);
  const isBeside = ['missing scope', 'unexplained 403', 'wrong region', 'wrong address'].includes(problem.kind);
  return `${problem.variable} ${isBeside ? problem.kind : ''}`;
}
