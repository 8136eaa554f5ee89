import { Agent, request } from 'undici';
import type { ServiceAccess } from './access.ts';

/** An answer other than 200, or one that isn't what the API promises. The body's beginning is in the message, no login is. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  /** The HTTP status, or 0 where there was no answer. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const LARGEST_ANSWER = 64 * 1024 * 1024;
const agent = new Agent({
  connections: 16,
  maxResponseSize: LARGEST_ANSWER,
  bodyTimeout: 30_000,
  headersTimeout: 30_000,
});

/** Asks `path` below the service's URL with these parameters; returns the parsed JSON or throws {@link QueryError}. */
export async function getJson(
  access: ServiceAccess,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<unknown> {
  const url = `${access.url}${path}?${new URLSearchParams(parameters)}`;
  const login = Buffer.from(`${access.user}:${access.password}`).toString('base64');
  const { status, text } = await answerOf(url, login);
  if (status !== 200)
    throw new QueryError(status, `${access.url}${path} answered ${status}: ${text.slice(0, 500).trim()}`);
  try {
    return JSON.parse(text);
  } catch {
    throw new QueryError(status, `${access.url}${path} answered something that is not JSON: ${text.slice(0, 200)}`);
  }
}

async function answerOf(url: string, login: string): Promise<{ status: number; text: string }> {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      headers: { authorization: `Basic ${login}`, accept: 'application/json' },
    });
    return { status: statusCode, text: await body.text() };
  } catch (error) {
    const { origin, pathname } = new URL(url);
    throw new QueryError(
      0,
      `${origin}${pathname} gives no answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
