import type { ProbeResult } from './cloud-check.ts';
import type { Exchange } from './exchange.ts';
import type { Probe } from './probes.ts';

/** Whether the service took the login and was the one that was meant: an empty write may be too little for it. */
export function isGood(probe: Probe, answer: Exchange): boolean {
  if (answer.kind === 'no answer' || isWebPage(answer)) return false;
  const { status } = answer;
  if (probe.does === 'write') return (status >= 200 && status < 300) || status === 400 || status === 422;
  return status === 200 && isJsonObject(answer.body);
}

/** Whether a person is meant to read it. */
export function isWebPage({ type, body }: Extract<Exchange, { kind: 'answer' }>): boolean {
  return type.startsWith('text/html') || /^\s*<!doctype html/i.test(body);
}

/** The start of a JSON object with a field of one of the three APIs. */
function isJsonObject(body: string): boolean {
  return /^\s*\{\s*"(?:status|data|traces|metrics|partial|warnings|infos)"/.test(body) || /^\s*\{\s*\}\s*$/.test(body);
}

/** Whether the service refused the login. */
export function isRefused({ exchange: answer }: ProbeResult): boolean {
  return answer.kind === 'answer' && (answer.status === 401 || answer.status === 403) && !isWebPage(answer);
}

/** A service that knows the token, and says that it may not: it names the scope, or answers 403. */
export function isAboutScope({ exchange: answer }: ProbeResult): boolean {
  if (answer.kind !== 'answer') return false;
  return answer.status === 403 || /\bscopes?\b|permission|not allowed|denied/i.test(answer.body);
}
