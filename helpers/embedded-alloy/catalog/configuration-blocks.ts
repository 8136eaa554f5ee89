import { quote } from '../language/syntax/quote.ts';
import { checkHttpClient, httpClient } from '../schema/blocks/http-client.ts';
import { logsReceiver, otelcolConsumer } from '../schema/capsules.ts';
import { formatDuration } from '../schema/duration.ts';
import {
  type BlockSchema,
  block,
  defaultedBlock,
  optional,
  optionalBlock,
  required,
  requiredBlock,
} from '../schema/schema.ts';
import { any, bool, choice, duration, float, int, list, map, secret, string } from '../schema/types.ts';

const levels = ['debug', 'info', 'warn', 'error', ''] as const;

/** The `logging` block (Alloy 1.18 reference). An empty level or format means the default. */
export const loggingBlock = block({
  level: optional(
    choice(levels, '', (text) => `unrecognized log level ${quote(text)}`),
    'info',
  ),
  format: optional(
    choice(['logfmt', 'json', ''], '', (text) => `unrecognized log format ${quote(text)}`),
    'logfmt',
  ),
  destination: optional(
    choice(['stderr', 'windows_event_log'], 'stderr', (text) => `unrecognized log destination ${quote(text)}`),
  ),
  write_to: optional(list(logsReceiver)),
});

const jaegerRemote = block({
  url: optional(string, 'http://127.0.0.1:5778/sampling'),
  max_operations: optional(int, 256),
  refresh_interval: optional(duration, 60_000),
});

const tracing = block({
  sampling_fraction: optional(float, 0.1),
  send_traceparent: optional(bool),
  sampler: defaultedBlock(block({ jaeger_remote: optionalBlock(jaegerRemote) })),
  write_to: optional(list(otelcolConsumer)),
});

const named = <const T extends string>(kind: string, allowed: readonly T[]) =>
  choice(allowed, '', (text) => `unknown ${kind} ${quote(text)}`);

const versions = ['TLS13', 'TLS12', 'TLS11', 'TLS10'] as const;

const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
] as const;

const clientAuth = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

const windowsFilter = block({
  server: requiredBlock(
    block({
      store: optional(string),
      system_store: optional(string),
      issuer_common_names: optional(list(string)),
      template_id: optional(string),
      refresh_interval: optional(duration),
    }),
  ),
  client: requiredBlock(
    block({
      issuer_common_names: optional(list(string)),
      subject_regex: optional(string),
      template_id: optional(string),
    }),
  ),
});

const httpTls = block({
  cert_pem: optional(string),
  cert_file: optional(string),
  key_pem: optional(secret),
  key_file: optional(string),
  client_ca_pem: optional(string),
  client_ca_file: optional(string),
  client_auth_type: optional(named('client auth type', clientAuth)),
  cipher_suites: optional(list(named('cipher', ciphers))),
  curve_preferences: optional(list(named('curve', ['CurveP256', 'CurveP384', 'CurveP521', 'X25519']))),
  min_version: optional(named('TLS version', versions)),
  max_version: optional(named('TLS version', versions)),
  windows_certificate_filter: optionalBlock(windowsFilter),
});

const httpAuth = block({
  basic: optionalBlock(block({ username: required(string), password: required(secret) })),
  filter: defaultedBlock(block({ paths: optional(list(string)), authenticate_matching_paths: optional(bool, true) })),
});

const http = block({ auth: optionalBlock(httpAuth), tls: optionalBlock(httpTls) });

const minPollFrequency = 10_000;

const remotecfg = block(
  {
    url: optional(string),
    id: optional(string),
    name: optional(string),
    attributes: optional(map(string)),
    poll_frequency: optional(duration, 60_000),
    ...httpClient,
  },
  (args) => {
    if (args.poll_frequency < minPollFrequency) {
      return `poll_frequency must be at least "10s", got ${quote(formatDuration(args.poll_frequency))}`;
    }
    return Object.keys(args.attributes).some((name) => name.startsWith('collector.'))
      ? '"collector" is a reserved namespace for remotecfg attribute keys'
      : checkHttpClient(args);
  },
);

const foreach = block({
  collection: required(list(any)),
  var: required(string),
  id: optional(string),
  hash_string_id: optional(bool),
  enable_metrics: optional(bool),
});

/** How a component or an import notices that its file has changed. */
export const detector = choice(
  ['fsnotify', 'poll', ''],
  '',
  (text) => `unrecognized detector ${quote(text)}, expected fsnotify or poll`,
);

const pollEveryMinute = optional(duration, 60_000);

const importFile = block({
  filename: required(string),
  detector: optional(detector, 'fsnotify'),
  poll_frequency: pollEveryMinute,
});

const importHttp = block({
  url: required(string),
  poll_frequency: pollEveryMinute,
  poll_timeout: optional(duration, 10_000),
  method: optional(string, 'GET'),
  headers: optional(map(string)),
  body: optional(string),
  client: defaultedBlock(block(httpClient, checkHttpClient)),
});

const importGit = block({
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

/**
 * The blocks that configure Alloy itself (Alloy 1.18 reference, "Configuration blocks"), by name. `foreach` is listed
 * without its template. Only `logging` has an effect here.
 */
export const blocks: Readonly<Record<string, BlockSchema>> = {
  argument: block({ optional: optional(bool), default: optional(any), comment: optional(string) }),
  export: block({ value: required(any) }),
  foreach,
  http,
  'import.file': importFile,
  'import.git': importGit,
  'import.http': importHttp,
  'import.string': block({ content: required(secret) }),
  labelstore: block({}),
  livedebugging: block({ enabled: optional(bool) }),
  logging: loggingBlock,
  remotecfg,
  tracing,
};
