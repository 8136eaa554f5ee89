import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { type Credentials, readCredentials, type Service } from '../auth/credentials.ts';
import { type MockCloud, type MockOptions, startMockCloud } from '../mock-cloud.ts';

/** The answer to a request. */
export type HttpResult = {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly bytes: Buffer;
};

/** A mock on a free port, for tests, with requests that log in. */
export type TestMock = AsyncDisposable & {
  readonly mock: MockCloud;
  readonly credentials: Credentials;
  readonly lines: string[];
  /** Sends a GET with the login of a service; the path may have a query. */
  readonly get: (service: Service, path: string) => Promise<HttpResult>;
  /** The same, with the answer as JSON; rejects if the status is not 200. */
  readonly json: (service: Service, path: string) => Promise<unknown>;
  readonly post: (
    service: Service,
    path: string,
    body: Uint8Array | string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<HttpResult>;
};

export const PROTOBUF = { 'content-type': 'application/x-protobuf' };
export const JSON_TYPE = { 'content-type': 'application/json' };
export const REMOTE_WRITE = { ...PROTOBUF, 'content-encoding': 'snappy', 'x-prometheus-remote-write-version': '0.1.0' };

/** Starts a mock, by default with the credentials of an environment that has only a token. */
export async function startTestMock(options: Partial<MockOptions> = {}): Promise<TestMock> {
  const credentials = options.credentials ?? readCredentials({ GRAFANA_CLOUD_API_KEY: 'glc_of_the_test' });
  const lines: string[] = [];
  const mock = await startMockCloud({ say: (line) => lines.push(line), ...options, credentials });
  const send = async (
    method: 'GET' | 'POST',
    service: Service,
    path: string,
    body?: Uint8Array | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResult> => {
    const authorization = formatBasicAuth(credentials.instanceIds[service], credentials.token);
    const answer = await request(mock.url + path, {
      method,
      headers: { authorization, ...headers },
      body: body ?? null,
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, type: String(answer.headers['content-type']), text: bytes.toString(), bytes };
  };
  return {
    mock,
    credentials,
    lines,
    get: (service, path) => send('GET', service, path),
    async json(service, path) {
      const { status, text } = await send('GET', service, path);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      return JSON.parse(text);
    },
    post: (service, path, body, headers) => send('POST', service, path, body, headers),
    [Symbol.asyncDispose]: () => mock[Symbol.asyncDispose](),
  };
}

/** The value of an `Authorization` header. */
export function formatBasicAuth(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Reads a captured file by its path below `fixtures/captures`. */
export function readCapture(path: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/captures/${path}`, import.meta.url));
}

/** Reads a captured file of JSON. */
export function readCaptureJson(path: string): unknown {
  return JSON.parse(readCapture(path).toString());
}
