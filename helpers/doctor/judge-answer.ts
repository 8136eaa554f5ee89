import type { ProbeResult } from './cloud-check.ts';
import type { Exchange } from './exchange.ts';
import type { Probe } from './probes.ts';

/** Whether the service took the login and was the one that was meant: an empty write may be too little for it. */
export function isGood(probe: Probe, answer: Exchange): boolean {
  if (answer.kind === 'no answer' || isWebPage(answer)) return false;
  const { status } = answer;
  // A server of TLS that is spoken to in plain HTTP answers 400 as well.
  const isHeard = (status === 400 || status === 422) && !/HTTPS/.test(answer.body);
  if (probe.does === 'write') return (status >= 200 && status < 300) || isHeard;
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

/** Whether the service refused the login: a 403 that says something else than the scope is about something else. */
export function isRefused({ exchange: answer }: ProbeResult): boolean {
  if (answer.kind !== 'answer' || isWebPage(answer)) return false;
  return answer.status === 401 || (answer.status === 403 && (answer.body.trim() === '' || SCOPE.test(answer.body)));
}

const SCOPE = /\bscopes?\b|permission|not allowed|denied|^\W*forbidden\W*$/i;

/** A service that knows the token, and says that it may not: it names the scope, or answers 403. */
export function isAboutScope({ exchange: answer }: ProbeResult): boolean {
  if (answer.kind !== 'answer') return false;
  return answer.status === 403 || SCOPE.test(answer.body);
}
