import { readFileSync } from 'node:fs';
import { request } from 'undici';
import type { Credentials, Service } from '../auth/credentials.ts';
import { credentialsFrom } from '../auth/credentials.ts';
import type { MockCloud, MockOptions } from '../mock-cloud.ts';
import { startMockCloud } from '../mock-cloud.ts';

/** What a request got back. */
export type Got = { readonly status: number; readonly type: string; readonly text: string; readonly bytes: Buffer };

/** A mock on a free port, for tests, with requests that log in as they should. */
export type RunningMock = AsyncDisposable & {
  readonly mock: MockCloud;
  readonly credentials: Credentials;
  readonly lines: string[];
  /** A path with its query, logged in at a service. */
  readonly get: (service: Service, path: string) => Promise<Got>;
  /** The same, its answer as JSON; rejects where the status is not 200. */
  readonly json: (service: Service, path: string) => Promise<unknown>;
  readonly post: (
    service: Service,
    path: string,
    body: Uint8Array | string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<Got>;
};

export const PROTOBUF = { 'content-type': 'application/x-protobuf' };
export const JSON_TYPE = { 'content-type': 'application/json' };
export const REMOTE_WRITE = { ...PROTOBUF, 'content-encoding': 'snappy', 'x-prometheus-remote-write-version': '0.1.0' };

/** Starts one; credentials are those of an environment with nothing but a token. */
export async function runningMock(options: Partial<MockOptions> = {}): Promise<RunningMock> {
  const credentials = options.credentials ?? credentialsFrom({ GRAFANA_CLOUD_API_KEY: 'glc_of_the_test' });
  const lines: string[] = [];
  const mock = await startMockCloud({ say: (line) => lines.push(line), ...options, credentials });
  const send = async (
    method: 'GET' | 'POST',
    service: Service,
    path: string,
    body?: Uint8Array | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Got> => {
    const authorization = basic(credentials.instanceIds[service], credentials.token);
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
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A captured file, by its path below `fixtures/captures`. */
export function capture(path: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/captures/${path}`, import.meta.url));
}

/** A captured file of JSON. */
export function captureJson(path: string): unknown {
  return JSON.parse(capture(path).toString());
}
