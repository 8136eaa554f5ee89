import { readFileSync } from 'node:fs';
import { ignored } from '../../language/identity.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { BasicAuthArgs } from './block.ts';

/**
 * `otelcol.auth.basic`: a `handler` that adds `Authorization: Basic …` (RFC 7617) to the requests of an exporter. Files
 * are read for every request, so that a rotated password is used at once.
 */
export function createBasic(args: BasicAuthArgs, context: ComponentContext): Instance {
  if (args.htpasswd !== undefined) {
    context.log('warn', ignored('htpasswd of otelcol.auth.basic'));
  }
  const { client_auth: client } = args;
  const username = (): string => fromFile(client?.username_file) ?? client?.username ?? args.username;
  const password = (): string => fromFile(client?.password_file) ?? (client?.password ?? args.password).reveal();
  const headers = (): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${username()}:${password()}`).toString('base64')}`,
  });
  return {
    exports: { handler: { capsule: 'auth', headers } },
    start: async () => context.setHealth({ state: 'healthy', message: 'started scheduled components' }),
    stop: async () => {},
  };
}

function fromFile(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : readFileSync(path, 'utf8').trim();
}
