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
    variables: listOnce(group, ({ probe }) => probe.urlVariable),
    hosts: listOnce(group, ({ probe }) => new URL(probe.url).host),
    reason,
  }));
}

/** What answers that are neither good nor a refused login mean: one problem for all services that answer alike. */
export function explainAnswers(results: readonly ProbeResult[]): CloudProblem[] {
  return groupBy(results, describeAnswer).map(([answer, group]): CloudProblem => {
    const variables = listOnce(group, ({ probe }) => probe.urlVariable);
    // Each wrong path is to be corrected on its own.
    if ('variable' in answer) return answer;
    return { ...answer, variables, urls: listOnce(group, ({ probe }) => probe.url) };
  });
}

type Answer =
  | Extract<CloudProblem, { kind: 'wrong path' }>
  | Pick<Extract<CloudProblem, { urls: readonly string[] }>, 'kind' | 'status' | 'text'>;

function describeAnswer({ probe, exchange }: ProbeResult): Answer | undefined {
  if (exchange.kind === 'no answer') return undefined;
  const { status, body, location = '' } = exchange;
  const kind = readKind(exchange);
  if (kind === 'wrong path') {
    const { urlVariable: variable, derived } = probe;
    return { kind, variable, url: probe.ask().url.replace(/[?].*/, ''), status, ...(derived && { derived }) };
  }
  const text = kind === 'access denied' || kind === 'other API' ? body : kind === 'redirect' ? location : '';
  return { kind, status, text: showText(text) };
}

function readKind(answer: Extract<ProbeResult['exchange'], { kind: 'answer' }>): Answer['kind'] {
  const { status } = answer;
  if (status === 404 || status === 405) return 'wrong path';
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
