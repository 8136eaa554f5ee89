import { quote } from '../../language/syntax/quote.ts';
import { block, type DecodedBlock, defaultedBlock, optional, optionalBlock } from '../schema.ts';
import { bool, choice, list, map, secret, string } from '../types.ts';
import { url } from '../url.ts';

const tlsConfig = block(
  {
    ca_pem: optional(string),
    ca_file: optional(string),
    cert_pem: optional(string),
    cert_file: optional(string),
    key_pem: optional(secret),
    key_file: optional(string),
    server_name: optional(string),
    insecure_skip_verify: optional(bool),
    min_version: optional(choice(['TLS13', 'TLS12', 'TLS11', 'TLS10'], '', (text) => `unknown TLS version: ${text}`)),
  },
  (args) => {
    const key = args.key_pem.reveal();
    if (args.ca_pem !== '' && args.ca_file !== '') {
      return 'at most one of ca_pem and ca_file must be configured';
    }
    if (args.cert_pem !== '' && args.cert_file !== '') {
      return 'at most one of cert_pem and cert_file must be configured';
    }
    if (key !== '' && args.key_file !== '') {
      return 'at most one of key_pem and key_file must be configured';
    }
    const certificate = args.cert_pem !== '' || args.cert_file !== '';
    const privateKey = key !== '' || args.key_file !== '';
    if (certificate && !privateKey) {
      return 'exactly one of key_pem or key_file must be configured when a client certificate is configured';
    }
    return privateKey && !certificate
      ? 'exactly one of cert_pem or cert_file must be configured when a client key is configured'
      : undefined;
  },
);

const basicAuth = block(
  { username: optional(string), password: optional(secret), password_file: optional(string) },
  (args) =>
    args.password.reveal() !== '' && args.password_file !== ''
      ? 'at most one of basic_auth password & password_file must be configured'
      : undefined,
);

/** An empty `type` means `Bearer`. */
const authorization = block(
  { type: optional(string), credentials: optional(secret), credentials_file: optional(string) },
  (args) => {
    if (args.credentials.reveal() !== '' && args.credentials_file !== '') {
      return 'at most one of authorization credentials & credentials_file must be configured';
    }
    return args.type.trim().toLowerCase() === 'basic'
      ? 'authorization type cannot be set to "basic", use "basic_auth" block instead'
      : undefined;
  },
);

const proxy = {
  proxy_url: optional(url),
  no_proxy: optional(string),
  proxy_from_environment: optional(bool),
  proxy_connect_header: optional(map(list(secret))),
};

const proxyBlock = block(proxy);

type ProxyArgs = DecodedBlock<typeof proxyBlock>;

function checkProxy(args: ProxyArgs): string | undefined {
  const headers = Object.keys(args.proxy_connect_header).length;
  if (headers > 0 && !args.proxy_from_environment && args.proxy_url === '') {
    return 'if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured';
  }
  if (args.proxy_from_environment && args.proxy_url !== '') {
    return 'if proxy_from_environment is configured, proxy_url must not be configured';
  }
  if (args.proxy_from_environment && args.no_proxy !== '') {
    return 'if proxy_from_environment is configured, no_proxy must not be configured';
  }
  return args.proxy_url === '' && args.no_proxy !== ''
    ? 'if no_proxy is configured, proxy_url must also be configured'
    : undefined;
}

const oauth2 = block(
  {
    client_id: optional(string),
    client_secret: optional(secret),
    client_secret_file: optional(string),
    scopes: optional(list(string)),
    token_url: optional(string),
    endpoint_params: optional(map(string)),
    ...proxy,
    tls_config: optionalBlock(tlsConfig),
  },
  (args) => {
    const hasSecret = args.client_secret.reveal() !== '';
    if (args.client_id === '') {
      return 'oauth2 client_id must be configured';
    }
    if (!hasSecret && args.client_secret_file === '') {
      return 'either oauth2 client_secret or client_secret_file must be configured';
    }
    if (args.token_url === '') {
      return 'oauth2 token_url must be configured';
    }
    return hasSecret && args.client_secret_file !== ''
      ? 'at most one of oauth2 client_secret & client_secret_file must be configured'
      : checkProxy(args);
  },
);

/** The HTTP client arguments that components share, to be spread into their blocks. */
export const httpClient = {
  basic_auth: optionalBlock(basicAuth),
  authorization: optionalBlock(authorization),
  oauth2: optionalBlock(oauth2),
  bearer_token: optional(secret),
  bearer_token_file: optional(string),
  ...proxy,
  tls_config: defaultedBlock(tlsConfig),
  follow_redirects: optional(bool, true),
  enable_http2: optional(bool, true),
  http_headers: optional(map(list(secret))),
};

const httpClientBlock = block(httpClient);

/** The HTTP client arguments, decoded. */
export type HttpClientArgs = DecodedBlock<typeof httpClientBlock>;

const reservedHeaders = new Set([
  'authorization',
  'host',
  'content-encoding',
  'content-length',
  'content-type',
  'user-agent',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'www-authenticate',
  'accept-encoding',
  'x-prometheus-remote-write-version',
  'x-prometheus-remote-read-version',
  'x-prometheus-scrape-timeout-seconds',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

/** Alloy's message for HTTP client arguments that contradict each other; undefined if they don't. */
export function checkHttpClient(args: HttpClientArgs): string | undefined {
  const methods = [
    args.basic_auth !== undefined,
    args.authorization !== undefined,
    args.oauth2 !== undefined,
    args.bearer_token.reveal() !== '',
    args.bearer_token_file !== '',
  ];
  if (methods.filter(Boolean).length > 1) {
    return 'at most one of basic_auth, authorization, oauth2, bearer_token & bearer_token_file must be configured';
  }
  const reserved = Object.keys(args.http_headers).find((name) => reservedHeaders.has(name.toLowerCase()));
  if (reserved !== undefined) {
    return `setting header ${quote(canonicalizeHeader(reserved))} is not allowed`;
  }
  return checkProxy(args);
}

function canonicalizeHeader(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
