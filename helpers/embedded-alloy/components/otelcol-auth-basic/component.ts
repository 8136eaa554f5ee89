import { describeIgnored } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { readTextFile } from '../../pipeline/http/read-text-file.ts';
import { debugMetrics } from '../../schema/blocks/otelcol.ts';
import { type ComponentContext, defineComponent, type Instance } from '../../schema/component.ts';
import { block, type DecodedBlock, defaultedBlock, optional, optionalBlock } from '../../schema/schema.ts';
import { secret, string } from '../../schema/types.ts';

const clientAuth = block({
  username: optional(string),
  username_file: optional(string),
  password: optional(secret),
  password_file: optional(string),
});

const htpasswd = block({ file: optional(string), inline: optional(string) });

/**
 * `otelcol.auth.basic` (Alloy 1.18 reference). `client_auth` takes precedence over the deprecated top-level `username`
 * and `password`.
 */
export const basicAuthBlock = block(
  {
    username: optional(string),
    password: optional(secret),
    client_auth: optionalBlock(clientAuth),
    htpasswd: optionalBlock(htpasswd),
    debug_metrics: defaultedBlock(debugMetrics),
  },
  (args) => {
    const password = args.password.reveal();
    if (args.username === '' && password === '' && args.htpasswd === undefined && args.client_auth === undefined) {
      return 'no credential source provided';
    }
    return args.username !== '' && password === '' ? 'no password provided' : undefined;
  },
);

type BasicAuthArgs = DecodedBlock<typeof basicAuthBlock>;

/**
 * `otelcol.auth.basic`: exports a `handler` that adds `Authorization: Basic …` (RFC 7617) to requests. Files are read for every
 * request, so a rotated password takes effect at once; with one that can't be read at the start it is unhealthy, and leaves out
 * what is in it.
 */
export function createBasicAuth(args: BasicAuthArgs, context: ComponentContext): Instance {
  if (args.htpasswd !== undefined) {
    context.log('warn', describeIgnored('htpasswd of otelcol.auth.basic'));
  }
  const { client_auth: client } = args;
  const username = (): string => readTrimmed(client?.username_file) ?? client?.username ?? args.username;
  const password = (): string => readTrimmed(client?.password_file) ?? (client?.password ?? args.password).reveal();
  const headers = (): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${attempt(username)}:${attempt(password)}`).toString('base64')}`,
  });
  return {
    exports: { handler: { capsule: 'auth', headers } },
    async start() {
      try {
        username();
        password();
        context.setHealth({ state: 'healthy', message: 'started scheduled components' });
      } catch (error) {
        context.log('error', 'failed to start scheduled component', { err: describeError(error) });
        context.setHealth({ state: 'unhealthy', message: `failed to create components: ${describeError(error)}` });
      }
    },
    stop: async () => {},
  };
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function readTrimmed(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : readTextFile(path).trim();
}

export const component = defineComponent({
  name: 'otelcol.auth.basic',
  block: basicAuthBlock,
  load: async () => createBasicAuth,
});
