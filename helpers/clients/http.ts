import { Agent, request } from 'undici';
import type { z } from 'zod';
import type { ServiceAccess } from '../run/endpoints.ts';

/**
 * A query that failed: no answer, a status other than 200, or a body that the API doesn't document. The message holds the
 * start of the body and no password.
 */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  /** The URL that was queried, without its parameters. */
  readonly url: string;
  /** The instance ID of the login. */
  readonly user: string;
  /** The HTTP status, or 0 if there was no answer. */
  readonly status: number;
  constructor(request: { readonly url: string; readonly user: string; readonly status: number }, message: string) {
    super(`${request.url} ${message}`);
    this.url = request.url;
    this.user = request.user;
    this.status = request.status;
  }
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_SHOWN = 500;
const TIMEOUT_MS = 30_000;
const agent = new Agent({ connections: 16, maxResponseSize: MAX_ANSWER_BYTES });

/**
 * Queries `path` below the service's URL and returns the JSON answer, parsed with `schema`. Throws {@link QueryError}.
 */
export async function getJson<T>(
  access: ServiceAccess,
  path: string,
  parameters: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
  timeout = TIMEOUT_MS,
): Promise<T> {
  const url = `${access.url}${path}`;
  const asked = { url, user: access.user };
  const { status, text } = await getText(`${url}?${new URLSearchParams(parameters)}`, access, timeout).catch(
    (error) => {
      throw new QueryError({ ...asked, status: 0 }, `gives no answer: ${messageFrom(error)}`);
    },
  );
  if (status !== 200) {
    throw new QueryError({ ...asked, status }, `answered ${status}: ${text.slice(0, MAX_SHOWN).trim()}`);
  }
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new QueryError({ ...asked, status }, `gave an unexpected answer: ${text.slice(0, MAX_SHOWN)}`);
}

async function getText(
  url: string,
  { user, password }: ServiceAccess,
  timeout: number,
): Promise<{ status: number; text: string }> {
  const login = Buffer.from(`${user}:${password}`).toString('base64');
  const { statusCode, body } = await request(url, {
    dispatcher: agent,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    headers: { authorization: `Basic ${login}`, accept: 'application/json' },
  });
  return { status: statusCode, text: await body.text() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageFrom(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
