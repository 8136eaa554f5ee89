import { block, optional, optionalBlock } from '../schema.ts';
import { bool, duration, list, secret, string } from '../types.ts';

const tpm = block({
  enabled: optional(bool),
  path: optional(string),
  owner_auth: optional(string),
  auth: optional(string),
});

const settings = {
  ca_pem: optional(string),
  ca_file: optional(string),
  cert_pem: optional(string),
  cert_file: optional(string),
  key_pem: optional(secret),
  key_file: optional(string),
  min_version: optional(string),
  max_version: optional(string),
  reload_interval: optional(duration),
  cipher_suites: optional(list(string)),
  include_system_ca_certs_pool: optional(bool),
  curve_preferences: optional(list(string)),
  tpm: optionalBlock(tpm),
};

/** `tls` of a component that listens (Alloy reference, `otelcol.receiver.otlp`, "tls"). */
export const serverTls = block({ ...settings, client_ca_file: optional(string) });

/** `tls` of a component that connects (Alloy reference, `otelcol.exporter.otlphttp`, "tls"). */
export const clientTls = block({
  ...settings,
  insecure: optional(bool),
  insecure_skip_verify: optional(bool),
  server_name: optional(string),
});
