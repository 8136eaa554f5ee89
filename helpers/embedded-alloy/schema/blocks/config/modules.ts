import { quote } from '../../../language/syntax/quote.ts';
import { block, defaultedBlock, optional, optionalBlock, required } from '../../schema.ts';
import { any, bool, duration, list, map, oneOf, optionalSecret, secret, string } from '../../types.ts';
import { checkHttpClient, httpClient } from '../http-client.ts';

/** `argument` of a module (Alloy 1.18 reference): checked; the engine runs no modules. */
export const argumentBlock = block({ optional: optional(bool), default: optional(any), comment: optional(string) });

/** `export` of a module. */
export const exportBlock = block({ value: required(any) });

/** `foreach`, without its template. */
export const foreachBlock = block({
  collection: required(list(any)),
  var: required(string),
  id: optional(string),
  hash_string_id: optional(bool),
  enable_metrics: optional(bool),
});

/** How a file's changes are noticed. */
export const detector = oneOf(
  ['fsnotify', 'poll', ''],
  '',
  (text) => `unrecognized detector ${quote(text)}, expected fsnotify or poll`,
);

const pollEveryMinute = optional(duration, 60_000);

/** `import.file`. */
export const importFileBlock = block({
  filename: required(string),
  detector: optional(detector, 'fsnotify'),
  poll_frequency: pollEveryMinute,
});

/** `import.string`. */
export const importStringBlock = block({ content: required(optionalSecret) });

/** `import.http`. */
export const importHttpBlock = block({
  url: required(string),
  poll_frequency: pollEveryMinute,
  poll_timeout: optional(duration, 10_000),
  method: optional(string, 'GET'),
  headers: optional(map(string)),
  body: optional(string),
  client: defaultedBlock(block(httpClient, checkHttpClient)),
});

/** `import.git`. */
export const importGitBlock = block({
  repository: required(string),
  revision: optional(string, 'main'),
  path: required(string),
  pull_frequency: pollEveryMinute,
  basic_auth: optionalBlock(block({ username: required(string), password: required(secret) })),
  ssh_key: optionalBlock(
    block({
      username: required(string),
      key: optional(secret),
      key_file: optional(string),
      passphrase: optional(secret),
    }),
  ),
});
