import { Agent, type Dispatcher, interceptors } from 'undici';
import { createUnsupportedError } from '../../identity.ts';
import type { HttpClientArgs } from '../../schema/blocks/http-client.ts';
import { readTextFile } from './read-text-file.ts';

const REDIRECTS = { maxRedirections: 10, throwOnMaxRedirect: true };

/** An HTTP client for the requests of a component. */
export type PrometheusClient = {
  /** Follows redirects, where that is configured. */
  readonly dispatcher: Dispatcher;
  /** Follows none. */
  readonly agent: Dispatcher;
  /**
   * The headers of every request: credentials, whose files are read each time, and `http_headers`. @throws Error in Prometheus's
   * words for a file that can't be read: the request then fails, and nothing else.
   */
  readonly headers: () => Record<string, string | string[]>;
  readonly close: () => Promise<void>;
};

/**
 * Creates the client that `args` describe. `owner` is the name of the component, for errors. @throws Error for a TLS
 * file that can't be read, and for unsupported authentication or proxies
 */
export function createPrometheusClient(args: HttpClientArgs, owner: string): PrometheusClient {
  if (args.oauth2 !== undefined) {
    throw createUnsupportedError(`oauth2 of ${owner}`);
  }
  if (args.proxy_url !== '' || args.proxy_from_environment) {
    throw createUnsupportedError(`a proxy of ${owner}`);
  }
  const agent = new Agent({
    connect: readTls(args.tls_config),
    // The timeouts of the callers cover the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    agent,
    dispatcher: args.follow_redirects ? agent.compose(interceptors.redirect(REDIRECTS)) : agent,
    headers: () => ({ ...readCredentials(args), ...readExtraHeaders(args) }),
    close: () => agent.destroy(),
  };
}

function readCredentials(args: HttpClientArgs): Record<string, string> {
  const { basic_auth: basic, authorization } = args;
  if (basic !== undefined) {
    const password =
      basic.password_file === '' ? basic.password.reveal() : readSecret(basic.password_file, 'basic auth password');
    return { authorization: `Basic ${Buffer.from(`${basic.username}:${password}`).toString('base64')}` };
  }
  if (authorization !== undefined) {
    const { credentials_file: file, credentials: inline } = authorization;
    const secret = file === '' ? inline.reveal() : readSecret(file, CREDENTIALS);
    const type = authorization.type.trim() === '' ? 'Bearer' : authorization.type.trim();
    return secret === '' ? {} : { authorization: `${type} ${secret}` };
  }
  const { bearer_token: inline, bearer_token_file: file } = args;
  const token = file === '' ? inline.reveal() : readSecret(file, CREDENTIALS);
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

function readExtraHeaders(args: HttpClientArgs): Record<string, string[]> {
  const entries = Object.entries(args.http_headers);
  return Object.fromEntries(
    entries.map(([name, values]) => [name.toLowerCase(), values.map((value) => value.reveal())]),
  );
}

function readTls(tls: HttpClientArgs['tls_config']) {
  const ca = tls.ca_file === '' ? tls.ca_pem : readNamed(tls.ca_file, 'CA cert');
  const cert = tls.cert_file === '' ? tls.cert_pem : readNamed(tls.cert_file, 'client cert');
  const key = tls.key_file === '' ? tls.key_pem.reveal() : readNamed(tls.key_file, 'client key');
  const versions = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;
  return {
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(ca !== '' && { ca }),
    ...(cert !== '' && { cert }),
    ...(key !== '' && { key }),
    ...(tls.server_name !== '' && { servername: tls.server_name }),
    ...(tls.min_version !== '' && { minVersion: versions[tls.min_version] }),
  };
}

const CREDENTIALS = 'authorization credentials';

/** The text of a file (prometheus/common, config/http_config.go). */
function readNamed(path: string, what: string): string {
  return readTextFile(path, `unable to read ${what}: unable to read file ${path}`);
}

function readSecret(path: string, what: string): string {
  return readNamed(path, what).trim();
}
