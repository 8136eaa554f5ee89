import { Agent, request } from 'undici';
import type { z } from 'zod';
import type { ServiceAccess } from './access.ts';

/**
 * An answer other than 200, one that isn't what the API promises, or none. The beginning of the body is in the message, no
 * password is.
 */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  /** The URL that was asked, without its parameters. */
  readonly url: string;
  /** The instance ID as which it was asked. */
  readonly user: string;
  /** The HTTP status, or 0 where there was no answer. */
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
 * Asks `path` below the service's URL with these parameters; returns the JSON of the answer, which is of this schema, or
 * throws {@link QueryError}.
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
  throw new QueryError({ ...asked, status }, `answered what is not its API's answer: ${text.slice(0, MAX_SHOWN)}`);
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
