import { instanceIdVariable, TOKEN_VARIABLE } from '../auth/credentials.ts';

/**
 * The lines of an Alloy's configuration that send over gRPC to a mock at `address`, with the login from the environment.
 * In clear text it goes as a header, because Alloy refuses to send what an `auth` handler holds without TLS;
 * `certificateFile` is that of a port that serves TLS.
 */
export function exporterLines(address: string, certificateFile: string | undefined): string[] {
  const user = `sys.env("${instanceIdVariable('otlp')}")`;
  const token = `sys.env("${TOKEN_VARIABLE}")`;
  const secured = certificateFile !== undefined;
  const login = secured
    ? '\t\tauth     = otelcol.auth.basic.cloud.handler'
    : `\t\theaders  = {"authorization" = string.format("Basic %s", encoding.to_base64(string.format("%s:%s", ${user}, ${token})))}`;
  const trust = secured ? `ca_file = ${JSON.stringify(certificateFile)}` : 'insecure = true';
  const auth = secured
    ? ['otelcol.auth.basic "cloud" {', `\tusername = ${user}`, `\tpassword = ${token}`, '}', '']
    : [];
  return [
    ...auth,
    'otelcol.exporter.otlp "cloud" {',
    '\tclient {',
    `\t\tendpoint = ${JSON.stringify(address)}`,
    login,
    '',
    '\t\ttls {',
    `\t\t\t${trust}`,
    '\t\t}',
    '\t}',
    '}',
  ];
}
