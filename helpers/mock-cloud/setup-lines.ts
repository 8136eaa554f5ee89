import { type Credentials, INSTANCE_ID_VARIABLES, SERVICES, TOKEN_VARIABLE } from './auth/credentials.ts';

/**
 * The `.env` lines that point an Alloy at a mock at `url`. A token that the mock generated is shown, a token that it was
 * given is not.
 */
export function formatEnvironment(url: string, { token, isGenerated, instanceIds }: Credentials): string[] {
  return [
    `${TOKEN_VARIABLE}=${isGenerated ? token : `<the ${TOKEN_VARIABLE} that the mock was started with>`}`,
    `GRAFANA_CLOUD_OTLP_ENDPOINT=${url}/otlp`,
    `GRAFANA_CLOUD_PROMETHEUS_ENDPOINT=${url}/api/prom/push`,
    `GRAFANA_CLOUD_LOKI_ENDPOINT=${url}/loki/api/v1/push`,
    `GRAFANA_CLOUD_TEMPO_ENDPOINT=${url}/tempo`,
    ...SERVICES.map((service) => `${INSTANCE_ID_VARIABLES[service]}=${instanceIds[service]}`),
  ];
}

/**
 * The lines of an Alloy configuration that exports traces over gRPC to a mock at `address`, with Tempo's login from the
 * environment. In clear text the login is a header, because Alloy refuses to send the credentials of an `auth` handler
 * without TLS; `certificateFile` is the certificate of a port that serves TLS.
 */
export function formatExporter(address: string, certificateFile: string | undefined): string[] {
  const user = `sys.env("${INSTANCE_ID_VARIABLES.tempo}")`;
  const token = `sys.env("${TOKEN_VARIABLE}")`;
  const hasTls = certificateFile !== undefined;
  const login = hasTls
    ? '\t\tauth     = otelcol.auth.basic.cloud.handler'
    : `\t\theaders  = {"authorization" = string.format("Basic %s", encoding.to_base64(string.format("%s:%s", ${user}, ${token})))}`;
  const trust = hasTls ? `ca_file = ${JSON.stringify(certificateFile)}` : 'insecure = true';
  const auth = hasTls ? ['otelcol.auth.basic "cloud" {', `\tusername = ${user}`, `\tpassword = ${token}`, '}', ''] : [];
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
