import { request } from 'undici';

/** A login and a tenant; empty for none. */
export type Login = { readonly user: string; readonly password: string; readonly tenant?: string };

/** One service of a backend: where it is written to and asked, without a final slash, and the login. */
export type ServiceAccess = {
  readonly write: string;
  readonly query: string;
  readonly login: Login;
  /** Where writing has a login of its own. */
  readonly writeLogin?: Login;
};

/** The services to compare. */
export type ServiceName = 'tempo' | 'loki' | 'prometheus';

/** An answer: its status, and its text. */
export type Answer = { readonly status: number; readonly text: string };

/** Sends JSON. Rejects if it is not taken. */
export async function write({ write: url, login, writeLogin = login }: ServiceAccess, body: string): Promise<void> {
  const answer = await request(url, {
    method: 'POST',
    headers: { ...listHeaders(writeLogin), 'content-type': 'application/json' },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${url} did not take the data: ${answer.statusCode} ${text}`);
}

/** Asks a path below a service's address. */
export async function ask(
  { query: url, login }: ServiceAccess,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await request(`${url}${path}?${new URLSearchParams(parameters)}`, { headers: listHeaders(login) });
  return { status: answer.statusCode, text: await answer.body.text() };
}

function listHeaders({ user, password, tenant }: Login): Record<string, string> {
  return {
    ...(user !== '' && { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
    ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
  };
}
