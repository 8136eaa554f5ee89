import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { readEngineSettings } from '../settings/settings.ts';
import { findContainerEngine } from './container-engine.ts';
import { startAnsweringEngine } from './testing/answering-engine.ts';

const directory = mkdtempSync(join(tmpdir(), 'container-engine-'));
afterAll(() => rmSync(directory, { recursive: true }));

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

async function listen(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const find = (host: string, others: Record<string, string> = {}) =>
  findContainerEngine(readEngineSettings({ DOCKER_HOST: host, ...others }));

const answerVersion: RequestListener = ({ url }, response) =>
  response
    .writeHead(url === '/version' ? 200 : 404, { 'content-type': 'application/json' })
    .end('{"Version":"28.5.1"}');

describe('an engine is found', () => {
  test('on the socket that DOCKER_HOST names, and later requests reach it there too', async () => {
    await using server = await startAnsweringEngine((path) => (path === '/info' ? { body: { ID: 'x' } } : undefined));
    const engine = await find(server.address);
    expect(engine).toMatchObject({ version: '28.5.1', address: server.address });
    expect('docker' in engine && (await engine.docker.info())).toEqual({ ID: 'x' });
  });

  test('on that socket even if the environment names another host', async () => {
    await using server = await startAnsweringEngine();
    const { DOCKER_HOST: before } = process.env;
    process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';
    try {
      expect(await find(server.address)).toMatchObject({ version: '28.5.1' });
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
  });

  test.each(['tcp://', 'http://', ''])('at a TCP address that begins with "%s"', async (scheme) => {
    const address = `${scheme}${await listen(createServer(answerVersion))}`;
    expect(await find(address)).toMatchObject({ version: '28.5.1', address });
  });
});

describe('no engine is found', () => {
  test('where the socket is absent', async () => {
    const address = `unix://${join(directory, 'absent.sock')}`;
    expect(await find(address)).toEqual({
      fix: 'correct DOCKER_HOST, or unset it',
      absent: `no container engine answers at ${address}`,
    });
  });

  test('where nothing listens', async () => {
    expect(await find('tcp://127.0.0.1:1')).toMatchObject({
      absent: 'no container engine answers at tcp://127.0.0.1:1',
    });
  });

  test.each([
    ['answers with a page', 200, '<html>It works!</html>'],
    ['answers with other JSON', 200, '{"version":"1"}'],
    ['does not know the path', 404, '{"Version":"28.5.1"}'],
  ])('where an HTTP server %s', async (_, status, body) => {
    const server = createServer((_request, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    );
    const address = `tcp://${await listen(server)}`;
    expect(await find(address)).toEqual({
      fix: 'correct DOCKER_HOST, or unset it',
      absent: `no container engine answers at ${address}`,
    });
  });

  test('where a server accepts connections and never answers', async () => {
    const address = `tcp://${await listen(createServer(() => {}))}`;
    const started = performance.now();
    expect(await find(address)).toEqual({
      fix: 'correct DOCKER_HOST, or unset it',
      absent: `no container engine answers at ${address}`,
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('behind SSH, and the reason says so', async () => {
    expect(await find('ssh://me@host')).toEqual({
      absent: expect.stringContaining('SSH address'),
      fix: expect.stringContaining('forward the socket'),
    });
  });

  test('where the files of DOCKER_CERT_PATH are absent', async () => {
    const address = `tcp://${await listen(createServer(answerVersion))}`;
    const variables = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory };
    expect(await find(address, variables)).toEqual({
      fix: 'correct DOCKER_HOST, or unset it',
      absent: `no container engine answers at ${address}`,
    });
  });
});

describe('TLS', () => {
  /** The first byte that a client sends to this server: 0x16 begins a TLS handshake (RFC 8446, 5.1). */
  async function readFirstByte(variables: Record<string, string>): Promise<number | undefined> {
    let first: number | undefined;
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        first = data[0];
        socket.destroy();
      });
    });
    await find(`tcp://${await listen(server)}`, variables);
    return first;
  }

  test('is used with DOCKER_TLS_VERIFY=1 and not without it', async () => {
    expect(await readFirstByte({ DOCKER_TLS_VERIFY: '1' })).toBe(0x16);
    expect(await readFirstByte({})).toBe('G'.charCodeAt(0));
  });

  test.skipIf(spawnSync('openssl', ['version']).status !== 0)(
    'uses the certificates of DOCKER_CERT_PATH to check the engine and to log in',
    async () => {
      const command = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=engine';
      const files = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'key.pem', '-out', 'cert.pem'];
      expect(spawnSync('openssl', [...command.split(' '), ...files], { cwd: directory }).status).toBe(0);
      const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(directory, name)));
      spawnSync('cp', ['cert.pem', 'ca.pem'], { cwd: directory });
      let isClientKnown = false;
      const server = createTlsServer({ key, cert, ca: cert, requestCert: true }, (request, response) => {
        isClientKnown = (request.socket as TLSSocket).authorized;
        answerVersion(request, response);
      });
      const address = `tcp://${await listen(server)}`;
      const found = { version: '28.5.1', address };
      expect(await find(address, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory })).toMatchObject(found);
      expect(isClientKnown).toBe(true);
      expect(await find(address, { DOCKER_TLS_VERIFY: '1' })).toHaveProperty('absent');
    },
  );
});
