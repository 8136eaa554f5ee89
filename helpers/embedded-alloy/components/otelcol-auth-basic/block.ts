import { debugMetrics } from '../../schema/blocks/debug-metrics.ts';
import { type ArgsOf, block, defaultedBlock, optional, optionalBlock } from '../../schema/schema.ts';
import { secret, string } from '../../schema/types.ts';

const clientAuth = block({
  username: optional(string),
  username_file: optional(string),
  password: optional(secret),
  password_file: optional(string),
});

const htpasswd = block({ file: optional(string), inline: optional(string) });

/** `otelcol.auth.basic` (Alloy 1.18 reference). `client_auth` takes precedence over the deprecated pair at the top. */
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

export type BasicAuthArgs = ArgsOf<typeof basicAuthBlock>;
