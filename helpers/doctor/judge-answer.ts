import { z } from 'zod';
import { isWebPage } from '../clients/http.ts';
import { SMALLEST_QUESTIONS } from '../clients/smallest-questions.ts';
import { ExportResponse } from '../otlp/schema.ts';
import type { ProbeResult } from './cloud-check.ts';
import type { Exchange } from './exchange.ts';
import type { Probe } from './probes.ts';

/** Whether the service took the login and was the one that was meant: it answers to this question as no other does. */
export function isGood({ service, does }: Probe, answer: Exchange): boolean {
  if (answer.kind === 'no answer' || isWebPage(answer)) return false;
  if (does === 'read') {
    return answer.status === 200 && QUESTIONS[service]?.answer.safeParse(parseJson(answer.body)).success === true;
  }
  // Loki takes no push without a stream, and is behind the gateway as well.
  if (service !== 'PROMETHEUS' && answer.status === 422)
    return /at least one valid stream is required/.test(answer.body);
  if (service === 'OTLP') return answer.status === 200 && isExportResponse(answer.body);
  return [200, 202, 204].includes(answer.status) && answer.body === '';
}

const { prometheus: PROMETHEUS, loki: LOKI, tempo: TEMPO } = SMALLEST_QUESTIONS;
const QUESTIONS = { PROMETHEUS, LOKI, TEMPO, OTLP: undefined } as const;

/** An answer to an empty export in protobuf (OTLP 1.x, "OTLP/HTTP Response"): empty, or a partial success that counts nothing. */
function isExportResponse(body: string): boolean {
  try {
    const { partialSuccess } = ExportResponse.decode(Buffer.from(body));
    return body === '' || partialSuccess !== undefined;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the service refused the login: a 401 or 403 that says something else than that is about something else. */
export function isRefused({ exchange: answer }: ProbeResult): boolean {
  if (answer.kind !== 'answer' || isWebPage(answer) || ALLOW_LIST.test(answer.body)) return false;
  const isVague = answer.body.trim() === '' || VAGUE.test(answer.body) || SCOPE.test(answer.body);
  return answer.status === 401 || (answer.status === 403 && isVague);
}

const ALLOW_LIST = /\b(?:allow|white)[- ]?list|\bIP(?: address| range)?\b/i;
const SCOPE = /\bscopes?\b|permission/i;
/** A proxy or firewall says so as well. */
const VAGUE = /not allowed|denied|^\W*forbidden\W*$/i;

/** A service that knows the token, and says that it may not: it names the scope. */
export function isAboutScope(result: ProbeResult): boolean {
  return isRefused(result) && result.exchange.kind === 'answer' && SCOPE.test(result.exchange.body);
}

/** A 403 that may be about the scope, or about this machine. */
export function isUnexplained(result: ProbeResult): boolean {
  const { exchange: answer } = result;
  return isRefused(result) && !isAboutScope(result) && answer.kind === 'answer' && answer.status === 403;
}

/** The start of what a service says of a refused login, for a terminal; undefined for what any 401 says. */
export function readReason({ exchange: answer }: ProbeResult): string | undefined {
  if (answer.kind === 'no answer') return undefined;
  const parsed = Words.safeParse(parseJson(answer.body)).data;
  const words = showText(parsed?.error ?? parsed?.message ?? answer.body);
  return /^\W*(?:401\W*)?(?:unauthorized|forbidden|access denied)?\W*$/i.test(words) ? undefined : words;
}

const Words = z.object({ error: z.string().optional(), message: z.string().optional() });

/** The start of an answer, for a terminal. */
export function showText(text: string): string {
  return text
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 100);
}
