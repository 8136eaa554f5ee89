import { isWebPage } from '../clients/http.ts';
import type { CloudProblem, Unanswered } from '../run/cloud-problem.ts';
import type { ProbeResult } from './cloud-check.ts';
import { showText } from './judge-answer.ts';

/** Why there is no answer of the service itself. */
export function readSilence({ exchange }: Pick<ProbeResult, 'exchange'>): Unanswered | undefined {
  return exchange.kind === 'no answer' ? exchange.reason : undefined;
}

/** One problem for each reason, whatever hosts it holds for. */
export function explainSilences(silent: readonly ProbeResult[]): CloudProblem[] {
  return groupBy(silent, readSilence).map(([reason, group]) => ({
    kind: 'no answer',
    ...listVariables(group),
    hosts: listOnce(group, ({ probe }) => new URL(probe.url).host),
    reason,
  }));
}

/** What answers that are neither good nor a refused login mean: one problem for all services that answer alike. */
export function explainAnswers(results: readonly ProbeResult[]): CloudProblem[] {
  return groupBy(results, describeAnswer).map(([answer, group]): CloudProblem => {
    const urls = listOnce(group, readUrl);
    const [{ exchange } = {}] = group;
    const status = exchange?.kind === 'answer' ? exchange.status : 0;
    const [target = answer.text, ...others] = new Set(group.flatMap(readTarget));
    return { status, ...answer, ...listVariables(group), urls, text: others.length === 0 ? target : answer.text };
  });
}

/** The variables that lead there, and those of them that are not set. */
function listVariables(group: readonly ProbeResult[]): Pick<Answers, 'variables' | 'unset'> {
  const read = ({ probe }: ProbeResult) => probe.urlVariable;
  const unset = listOnce(
    group.filter(({ probe }) => probe.isUnset),
    read,
  );
  return { variables: listOnce(group, read), ...(unset.length > 0 && { unset }) };
}

type Answers = Extract<CloudProblem, { urls: readonly string[] }>;
/** What tells one cause from another: the same redirect may have several statuses, by the method of the request. */
type Answer = Pick<Answers, 'kind' | 'text'> & Partial<Pick<Answers, 'status'>>;

function describeAnswer(result: ProbeResult): Answer | undefined {
  const { exchange } = result;
  if (exchange.kind === 'no answer') return undefined;
  const { status, body } = exchange;
  const kind = readKind(exchange);
  // Each question may be led to a path of its own.
  if (kind === 'redirect') return { kind, text: readTarget(result).map(readOrigin).join() };
  return { kind, status, text: kind === 'access denied' || kind === 'other API' ? showText(body) : '' };
}

/** An endpoint, or the one of its paths that is not there. */
function readUrl({ probe, exchange }: ProbeResult): string {
  const isPath = exchange.kind === 'answer' && (exchange.status === 404 || exchange.status === 405);
  return isPath ? probe.ask().url.replace(/\?.*/s, '') : probe.url;
}

/** Where a redirect leads, if this is one. */
function readTarget({ probe, exchange }: ProbeResult): string[] {
  if (exchange.kind === 'no answer' || !exchange.location || readKind(exchange) !== 'redirect') return [];
  const { location } = exchange;
  return [showText(URL.canParse(location, probe.url) ? new URL(location, probe.url).href : location)];
}

function readOrigin(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function readKind(answer: Extract<ProbeResult['exchange'], { kind: 'answer' }>): Answer['kind'] {
  const { status } = answer;
  if (status >= 300 && status < 400) return 'redirect';
  if (status === 429) return 'too many requests';
  if (status >= 500) return 'service fault';
  if (isWebPage(answer)) return 'web page';
  return status === 401 || status === 403 ? 'access denied' : 'other API';
}

/** The results with equal values, as data; those without one are left out. */
function groupBy<T>(results: readonly ProbeResult[], read: (result: ProbeResult) => T | undefined) {
  const groups = Map.groupBy(results, (result) => JSON.stringify(read(result)));
  groups.delete(undefined as unknown as string);
  return [...groups].map(([key, group]) => [JSON.parse(key) as T, group] as const);
}

function listOnce(results: readonly ProbeResult[], read: (result: ProbeResult) => string): string[] {
  return [...new Set(results.map(read))];
}
