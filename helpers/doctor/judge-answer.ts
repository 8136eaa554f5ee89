import { z } from 'zod';
import { ExportResponse } from '../otlp/schema.ts';
import type { ProbeResult } from './cloud-check.ts';
import type { Exchange } from './exchange.ts';
import type { Probe } from './probes.ts';

/** Whether the service took the login and was the one that was meant: it answers to this question as no other does. */
export function isGood({ service, does }: Probe, answer: Exchange): boolean {
  if (answer.kind === 'no answer' || isWebPage(answer)) return false;
  if (does === 'read') return answer.status === 200 && ANSWERS[service].safeParse(parseJson(answer.body)).success;
  // Loki takes no push without a stream, and is behind the gateway as well.
  if (service !== 'PROMETHEUS' && answer.status === 422)
    return /at least one valid stream is required/.test(answer.body);
  if (service === 'OTLP') return answer.status === 200 && isExportResponse(answer.body);
  return [200, 202, 204].includes(answer.status) && answer.body === '';
}

/** What each service answers to its read. Loki leaves out an empty list of labels, and Tempo one of traces. */
const ANSWERS = {
  PROMETHEUS: z.object({ status: z.literal('success'), data: z.object({ resultType: z.literal('vector') }) }),
  LOKI: z.object({ status: z.literal('success'), data: z.array(z.string()).optional() }),
  TEMPO: z.union([z.object({ traces: z.array(z.unknown()) }), z.object({ metrics: z.object({}) })]),
  OTLP: z.never(),
} as const;

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

/** Whether a person is meant to read it. */
export function isWebPage({ type, body }: Extract<Exchange, { kind: 'answer' }>): boolean {
  return type.startsWith('text/html') || /^\s*<!doctype html/i.test(body);
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
