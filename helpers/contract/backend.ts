import { request } from 'undici';

/** One service of a backend: where it is written to and asked, without a final slash, and the headers of a login. */
export type ServiceAccess = {
  readonly write: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where writing has a login of its own. */
  readonly writeHeaders?: Readonly<Record<string, string>>;
};

/** The services to compare. One that is missing is left out. */
export type Backend = {
  readonly tempo?: ServiceAccess;
  readonly loki?: ServiceAccess;
  readonly prometheus?: ServiceAccess;
};
export type ServiceName = keyof Backend;

/** An answer: its status, and its text. */
export type Answer = { readonly status: number; readonly text: string };

/** Sends JSON. Rejects if it is not taken. */
export async function write(
  { write: url, headers, writeHeaders = headers }: ServiceAccess,
  body: string,
): Promise<void> {
  const answer = await request(url, {
    method: 'POST',
    headers: { ...writeHeaders, 'content-type': 'application/json' },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${url} did not take the data: ${answer.statusCode} ${text}`);
}

/** Asks a path below a service's address. */
export async function ask(
  { query: url, headers }: ServiceAccess,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await request(`${url}${path}?${new URLSearchParams(parameters)}`, { headers });
  return { status: answer.statusCode, text: await answer.body.text() };
}
