/** What the OTLP gateway answers to the run itself: Alloy's log has little more than the status of an answer. */
import { request } from 'undici';
import type { Signal } from '../findings/finding.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import type { Run } from '../run/run.ts';

/** An answer to an empty export, or why there was none: `status` is 0 then. */
export type DirectAnswer = {
  /** The endpoint that was asked, as the variable has it. */
  readonly endpoint: string;
  readonly status: number;
  /** What it says, in one line; of no answer, the reason. */
  readonly message: string;
  readonly isWebPage: boolean;
};

const TIMEOUT: Milliseconds = 3000;
const MAX_MESSAGE = 300;

/** By run and signal: every criterion of a run has the same answer. */
const asked = new Map<string, Promise<DirectAnswer | undefined>>();

/**
 * Sends an empty export of a signal to the endpoint of the variables, with their login, as Alloy would. Undefined where they name
 * none, or where there is a proxy, which Alloy may or may not use.
 */
export function askGateway(run: Run, signal: Signal): Promise<DirectAnswer | undefined> {
  const key = `${run.id} ${signal}`;
  const answer = asked.get(key) ?? ask(run, signal);
  asked.set(key, answer);
  return answer;
}

async function ask({ variables, access }: Run, signal: Signal): Promise<DirectAnswer | undefined> {
  const endpoint = variables.GRAFANA_CLOUD_OTLP_ENDPOINT ?? '';
  if (!URL.canParse(endpoint) || Object.values(access.tempo.proxies ?? {}).some((proxy) => proxy !== undefined))
    return undefined;
  const login = `${variables.GRAFANA_CLOUD_OTLP_INSTANCE_ID ?? ''}:${variables.GRAFANA_CLOUD_API_KEY ?? ''}`;
  try {
    const { statusCode, headers, body } = await request(`${endpoint.replace(/\/$/, '')}/v1/${signal}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(login).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: '{}',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const text = await body.text();
    const isWebPage =
      /^\s*<(?:!doctype html|html)/i.test(text) || String(headers['content-type']).includes('text/html');
    const location = headers.location === undefined ? '' : `it redirects to ${headers.location}`;
    return { endpoint, status: statusCode, message: location || (isWebPage ? '' : readMessage(text)), isWebPage };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    const message = isTimeout
      ? `no answer within ${TIMEOUT / 1000} s`
      : error instanceof Error
        ? error.message
        : String(error);
    return { endpoint, status: 0, message, isWebPage: false };
  }
}

/** The text of an error, which the services give as `error` or `message` of JSON, or plainly. */
function readMessage(text: string): string {
  try {
    const { error, message } = JSON.parse(text);
    if (error !== undefined || message !== undefined) return shorten(String(error ?? message));
  } catch {}
  return shorten(text);
}

function shorten(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE);
}
