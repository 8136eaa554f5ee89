import { readCloudAccess } from '../clients/access.ts';
import { findGrafanaAccess, NoDataSource } from '../clients/grafana.ts';
import { QueryError } from '../clients/http.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem, CloudState } from '../run/cloud-problem.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import { findMalformed, isLinkedOnly } from '../settings/cloud.ts';
import { listSecrets, removeSecrets } from '../settings/secrets.ts';
import type { Settings } from '../settings/settings.ts';
import { describeToken } from '../settings/token.ts';
import { askForStack } from './ask-for-stack.ts';
import type { CloudCheck, ProbeResult } from './cloud-check.ts';
import { type Exchange, exchange } from './exchange.ts';
import {
  explainMalformed,
  explainResults,
  explainSharedIds,
  listStackProblems,
  nameKindOfReadToken,
  removeRepetitions,
} from './explain.ts';
import { isGood, isRefused } from './judge-answer.ts';
import { listReads, listWrites } from './probes.ts';

const PROBE_TIMEOUT: Milliseconds = 2000;
/** Samples from further ahead are refused after ten minutes, and a `Date` has whole seconds. */
const MAX_CLOCK_OFFSET: Milliseconds = 60_000;

/**
 * Asks each service of Grafana Cloud with an empty write and a tiny read, and says what is wrong. A login that is refused is
 * tried once more with the IDs of the other services, so that a swapped one is told by name. It takes less than five seconds,
 * and stores nothing.
 */
export async function checkCloud(settings: Settings): Promise<CloudCheck> {
  const { cloud, query, proxies } = settings;
  const token = describeToken(cloud.GRAFANA_CLOUD_API_KEY ?? '');
  const secrets = listSecrets(settings);
  const malformed = findMalformed(cloud);
  const flawed = malformed.map(({ variable }) => variable);
  const grafana = await findReaders(settings);
  const variables = grafana.isProxied ? 'GRAFANA_URL' : undefined;
  const readTokenVariable = query.readToken === undefined ? 'GRAFANA_CLOUD_API_KEY' : 'GRAFANA_CLOUD_READ_TOKEN';
  const probes = [
    ...listWrites(cloud),
    ...(grafana.access === undefined
      ? []
      : listReads(
          grafana.access,
          variables === undefined
            ? nameQueryVariables(settings)
            : { prometheus: variables, tempo: variables, loki: variables },
          grafana.isProxied ? 'GRAFANA_SERVICE_ACCOUNT_TOKEN' : readTokenVariable,
        )),
  ].filter(({ url }) => URL.canParse(url));
  const [stack, results] = await Promise.all([
    askForStack(settings, PROBE_TIMEOUT),
    Promise.all(
      probes.map(async (probe): Promise<ProbeResult> => {
        const answer = hideSecrets(await exchange(probe.ask(), PROBE_TIMEOUT, proxies), secrets);
        return { probe, exchange: answer, isGood: isGood(probe, answer) };
      }),
    ),
  ]);
  const clockOffset = readClock(results);
  const problems = [
    ...malformed.map((problem) => explainMalformed(problem, token)),
    ...explainSharedIds(cloud, results),
    ...grafana.problems,
    ...(await explainResults(settings, results, stack, new Set(flawed))),
    ...listStackProblems(settings, stack),
    ...(clockOffset !== undefined && Math.abs(clockOffset) > MAX_CLOCK_OFFSET
      ? [{ kind: 'clock' as const, offset: clockOffset }]
      : []),
  ];
  return {
    token,
    stack: 'refused' in stack ? { notAsked: stack.notAsked } : stack,
    results,
    ...(clockOffset !== undefined && { clockOffset }),
    problems: removeRepetitions(problems.map((problem) => nameKindOfReadToken(problem, settings))),
  };
}

/** The same for a run that begins: which logins are accepted, and what is wrong. */
export async function checkCloudForRun(settings: Settings): Promise<CloudState> {
  const { results, problems } = await checkCloud(settings);
  const ways = results.map((result) => {
    const { service, does, scope, tokenVariable } = result.probe;
    const login = isRefused(result) ? 'refused' : result.isGood ? 'accepted' : 'unknown';
    return { service, does, scope, tokenVariable, login } as const;
  });
  return { ways, problems };
}

/** Some services answer with the login that they were sent. */
function hideSecrets(answer: Exchange, secrets: readonly string[]): Exchange {
  return answer.kind === 'answer' ? { ...answer, body: removeSecrets(answer.body, secrets) } : answer;
}

/** How the services are asked: through one Grafana where that is set, else each by its own address. */
async function findReaders({
  cloud,
  query,
  proxies,
}: Settings): Promise<{ access?: BackendAccess; isProxied: boolean; problems: CloudProblem[] }> {
  const { grafana } = query;
  if (grafana === undefined || isLinkedOnly(grafana)) {
    return { access: readCloudAccess(cloud, query, proxies), isProxied: false, problems: [] };
  }
  const none = { isProxied: true };
  const variable = 'GRAFANA_SERVICE_ACCOUNT_TOKEN';
  if (grafana.token === undefined) {
    return { ...none, problems: [{ kind: 'variable', variable, message: `${variable} is not set` }] };
  }
  try {
    const { access } = await findGrafanaAccess(grafana.url, grafana.token, proxies, PROBE_TIMEOUT / 2);
    return { ...none, access, problems: [] };
  } catch (error) {
    if (error instanceof NoDataSource)
      return { ...none, problems: [{ kind: 'no data source', message: error.message }] };
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

/** The middle one of what the services' clocks say: one of them may be off. */
function readClock(results: readonly ProbeResult[]): Milliseconds | undefined {
  const offsets = results
    .flatMap(({ exchange: answer }) => (answer.kind === 'answer' ? (answer.clockOffset ?? []) : []))
    .sort((a, b) => a - b);
  return offsets[Math.floor(offsets.length / 2)];
}
