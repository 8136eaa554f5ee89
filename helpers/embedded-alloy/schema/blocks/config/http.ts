import { quote } from '../../../language/syntax/quote.ts';
import { block, defaultedBlock, optional, optionalBlock, required, requiredBlock } from '../../schema.ts';
import { bool, duration, list, oneOf, secret, string } from '../../types.ts';

const named = <const T extends string>(kind: string, allowed: readonly T[]) =>
  oneOf(allowed, '', (text) => `unknown ${kind} ${quote(text)}`);

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

const tls = block({
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

const auth = block({
  basic: optionalBlock(block({ username: required(string), password: required(secret) })),
  filter: defaultedBlock(block({ paths: optional(list(string)), authenticate_matching_paths: optional(bool, true) })),
});

/** The `http` config block (Alloy 1.18 reference): checked; the engine's server knows neither TLS nor authentication. */
export const httpBlock = block({ auth: optionalBlock(auth), tls: optionalBlock(tls) });
