import { readCloudAccess } from '../clients/access.ts';
import { findGrafanaAccess, NoDataSource } from '../clients/grafana.ts';
import { isLoginRefused, QueryError } from '../clients/http.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { CloudProblem, CloudState, DerivedUrl } from '../run/cloud-problem.ts';
import type { BackendAccess } from '../run/endpoints.ts';
import { findMalformed, isLinkedOnly } from '../settings/cloud.ts';
import { listSecrets, removeSecrets } from '../settings/secrets.ts';
import type { ProxySettings, Settings } from '../settings/settings.ts';
import { describeToken } from '../settings/token.ts';
import { askForStack } from './ask-for-stack.ts';
import type { CloudCheck, ProbeResult, SkippedWay } from './cloud-check.ts';
import { listDifferences } from './compare-with-stack.ts';
import { EXPERIMENT_TIMEOUT, type Exchange, exchange, type Question } from './exchange.ts';
import { explainCheck } from './explain.ts';
import { isGood, isRefused } from './judge-answer.ts';
import { locateServices } from './locate-services.ts';
import { listReads, listWrites, type Probe } from './probes.ts';

const PROBE_TIMEOUT: Milliseconds = 2000;

/**
 * Asks each service of Grafana Cloud with an empty write and a tiny read, and says what is wrong. What does not answer as the
 * service does is asked for elsewhere, and a login that is refused is tried once more with the IDs of the other services, so that
 * all that is wrong with a service is told at once. It takes less than five seconds, and stores nothing.
 */
export async function checkCloud(settings: Settings): Promise<CloudCheck> {
  const secrets = listSecrets(settings);
  const ask = async (question: Question, timeout: Milliseconds) =>
    hideSecrets(await exchange(question, timeout, settings.proxies), secrets);
  const askAll = async (probes: readonly Probe[]) => {
    const results = await Promise.all(
      probes.map(async (probe): Promise<ProbeResult> => {
        const answer = await ask(probe.ask(), PROBE_TIMEOUT);
        return { probe, exchange: answer, isGood: isGood(probe, answer) };
      }),
    );
    return await locateServices(results, settings, (question) => ask(question, EXPERIMENT_TIMEOUT));
  };
  const writes = chooseProbes(settings, listWrites(settings.cloud));
  // Only the reads wait for a Grafana, which may take its time.
  const [stack, written, { readers, skipped, read }] = await Promise.all([
    askForStack(settings, PROBE_TIMEOUT),
    askAll(writes.probes),
    findReaders(settings).then(async (readers) => {
      const { probes, skipped } = chooseProbes(settings, listReadsBy(settings, readers), readers);
      return { readers, skipped, read: await askAll(probes) };
    }),
  ]);
  const results = [...written, ...read];
  const differences = 'notAsked' in stack ? [] : listDifferences(results, stack);
  const found = { results, stack, differences, clockOffset: readClock(results) };
  return {
    ...found,
    token: describeToken(settings.cloud.GRAFANA_CLOUD_API_KEY ?? ''),
    skipped: [...writes.skipped, ...skipped],
    problems: [...readers.problems, ...(await explainCheck({ settings, ...found }))],
  };
}

/** What is asked, and what is not: a token is never sent to an address that is not valid, as one without TLS. */
function chooseProbes(
  { cloud }: Settings,
  probes: readonly Probe[],
  readers?: Readers,
): { readonly probes: readonly Probe[]; readonly skipped: readonly SkippedWay[] } {
  const malformed = findMalformed(cloud).map(({ variable }) => variable);
  const [problem] = readers?.problems ?? [];
  const explainSkip = ({ urlVariable: variable }: Probe): Pick<SkippedWay, 'variable' | 'reason'> | undefined => {
    if (problem?.kind === 'unset') return { variable: problem.variables.join(), reason: 'unset' };
    if (problem !== undefined) return { variable: 'GRAFANA_URL', reason: 'no Grafana' };
    if (!malformed.includes(variable)) return undefined;
    return { variable, reason: cloud[variable] ? 'unusable' : 'unset' };
  };
  const ways = probes.map((probe) => ({ probe, skip: explainSkip(probe) }));
  return {
    probes: ways.flatMap(({ probe, skip }) => (skip === undefined ? probe : [])),
    skipped: ways.flatMap(({ probe: { service, scope }, skip }) =>
      skip === undefined ? [] : { service, scope, ...skip },
    ),
  };
}

/** The reads, also those that a Grafana that can't be asked would have answered. */
function listReadsBy(settings: Settings, { access, isProxied }: Readers): Probe[] {
  const { cloud, query } = settings;
  return listReads(access ?? readCloudAccess(cloud, query), isProxied ? {} : deriveQueryUrls(settings));
}

/** Where the services with a query URL are asked without it, as far as their endpoints are valid. */
function deriveQueryUrls({ cloud, query }: Settings): Partial<Record<keyof BackendAccess, DerivedUrl>> {
  const malformed = findMalformed(cloud).map(({ variable }) => variable);
  const access = readCloudAccess(cloud);
  const derived = (['prometheus', 'loki', 'tempo'] as const).flatMap((service) => {
    const source = `GRAFANA_CLOUD_${service.toUpperCase()}_ENDPOINT`;
    if (query[service] === undefined || malformed.includes(source)) return [];
    return [[service, { url: access[service].url, source }] as const];
  });
  return Object.fromEntries(derived);
}

/** The same for a run that begins: which logins are accepted, and what is wrong. */
export async function checkCloudForRun(settings: Settings): Promise<CloudState> {
  const { results, problems } = await checkCloud(settings);
  const ways = results.map((result) => {
    const { service, does, scope, tokenVariable } = result.probe;
    const isAccepted = result.isGood && result.misplaced === undefined;
    const login = isRefused(result) ? 'refused' : isAccepted ? 'accepted' : 'unknown';
    return { service, does, scope, tokenVariable, login } as const;
  });
  return { ways, problems };
}

/** Some services answer with the login that they were sent. */
function hideSecrets(answer: Exchange, secrets: readonly string[]): Exchange {
  return answer.kind === 'answer' ? { ...answer, body: removeSecrets(answer.body, secrets) } : answer;
}

/** How the services are asked; `access` is undefined for a Grafana that can't be asked, as `problems` say. */
type Readers = {
  readonly access?: BackendAccess;
  readonly isProxied: boolean;
  readonly problems: readonly CloudProblem[];
};

/** How the services are asked: through one Grafana where that is set, else each by its own address. */
async function findReaders({ cloud, query, proxies, inherited }: Settings): Promise<Readers> {
  const { grafana } = query;
  if (grafana === undefined || isLinkedOnly(grafana)) {
    return { access: readCloudAccess(cloud, query, proxies), isProxied: false, problems: [] };
  }
  const variable = 'GRAFANA_SERVICE_ACCOUNT_TOKEN';
  const explain = (problem: CloudProblem): Readers => ({ isProxied: true, problems: [problem] });
  if (grafana.token === undefined) {
    return explain({ kind: 'unset', variables: [variable], homes: [inherited.findHome(variable)] });
  }
  try {
    const { access } = await findGrafanaAccess(grafana.url, grafana.token, proxies, PROBE_TIMEOUT / 2);
    return { access, isProxied: true, problems: [] };
  } catch (error) {
    if (error instanceof NoDataSource)
      return explain({ kind: 'no data source', message: error.message, isMissing: error.isMissing });
    if (!(error instanceof QueryError)) throw error;
    const { kind } = describeToken(grafana.token);
    const way = await explainWay(grafana.url, proxies, error.status);
    if (way !== undefined) return explain(way);
    return explain(
      kind === 'service account' || !isLoginRefused(error)
        ? { kind: 'Grafana refuses', status: error.status, message: error.message }
        : { kind: 'wrong kind of token', variable, token: kind },
    );
  }
}

/** What stands between here and the Grafana, if it is not the Grafana that has refused: asked once more, without a login. */
async function explainWay(url: URL, proxies: ProxySettings, status: number): Promise<CloudProblem | undefined> {
  if (status !== 0 && status !== 407 && (status < 300 || status > 399)) return undefined;
  const place = new URL('/', url);
  Object.assign(place, { username: '', password: '', pathname: `${url.pathname.replace(/\/$/, '')}/api/datasources` });
  const answer = await exchange({ method: 'GET', url: place.href, headers: {} }, PROBE_TIMEOUT / 2, proxies);
  const [variables, hosts] = [['GRAFANA_URL'], [place.host]];
  if (answer.kind === 'no answer') return { kind: 'no answer', variables, hosts, reason: answer.reason };
  if (answer.location === undefined) return undefined;
  return { kind: 'redirect', variables, urls: [place.href], status: answer.status, text: answer.location };
}

/** The middle one of what the services' clocks say: one of them may be off. */
function readClock(results: readonly ProbeResult[]): Milliseconds | undefined {
  const offsets = results
    .flatMap(({ exchange: answer }) => (answer.kind === 'answer' ? (answer.clockOffset ?? []) : []))
    .sort((a, b) => a - b);
  return offsets[Math.floor(offsets.length / 2)];
}
