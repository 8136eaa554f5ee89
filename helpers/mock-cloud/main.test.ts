import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { credentials } from '@grpc/grpc-js';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { callGrpc } from './testing/call-grpc.ts';
import { formatBasicAuth, readCapture } from './testing/test-mock.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

type Program = AsyncDisposable & {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly output: () => string;
  /** Resolves with the first match in the output. */
  readonly until: (pattern: RegExp) => Promise<string>;
};

function startProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  return {
    child,
    output: () => output,
    until: (pattern) =>
      new Promise((resolve) => {
        const check = () => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found[0]);
        };
        listeners.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const ENDPOINTS = ['OTLP', 'PROMETHEUS', 'LOKI', 'TEMPO'];

describe('started by hand', () => {
  test('it prints a working .env with the generated token', async () => {
    await using cloud = startProgram(['--port', '0']);
    await cloud.until(/TEMPO_INSTANCE_ID=\d+/);
    const lines = new Map(
      [...cloud.output().matchAll(/^(GRAFANA_CLOUD_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value ?? '']),
    );
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(cloud.output())?.[0] ?? '';
    expect(ENDPOINTS.map((name) => lines.get(`GRAFANA_CLOUD_${name}_ENDPOINT`))).toEqual(
      ['/otlp', '/api/prom/push', '/loki/api/v1/push', '/tempo'].map((path) => url + path),
    );
    const token = lines.get('GRAFANA_CLOUD_API_KEY') ?? '';
    expect(token).toMatch(/^glc_/);
    const answer = await request(`${lines.get('GRAFANA_CLOUD_TEMPO_ENDPOINT')}/api/echo`, {
      headers: { authorization: formatBasicAuth(lines.get('GRAFANA_CLOUD_TEMPO_INSTANCE_ID') ?? '', token) },
    });
    expect({ status: answer.statusCode, body: await answer.body.text() }).toEqual({ status: 200, body: 'echo' });
  });

  test('it never prints a token that it was given, and says who was refused', async () => {
    const token = 'glc_given_by_the_user';
    await using cloud = startProgram(['--port', '0'], {
      GRAFANA_CLOUD_API_KEY: token,
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: '42',
    });
    const url = await cloud.until(/http:\/\/\S+(?= )/);
    expect((await request(`${url}/-/ready`)).statusCode).toBe(200);
    const headers = { authorization: formatBasicAuth('42', 'glc_something_else'), 'content-type': 'application/json' };
    const refused = await request(`${url}/otlp/v1/traces`, { method: 'POST', headers, body: '{}' });
    expect(refused.statusCode).toBe(401);
    await cloud.until(/refused a login at the OTLP gateway: wrong token for user 42/);
    const body = JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [[`${Date.now()}000000`, 'x']] }] });
    const authorization = formatBasicAuth('1419296', token);
    const push = { method: 'POST', headers: { ...headers, authorization }, body } as const;
    expect((await request(`${url}/loki/api/v1/push`, push)).statusCode).toBe(204);
    await cloud.until(/first log records arrived at \/loki\/api\/v1\/push/);
    expect(cloud.output()).toContain('GRAFANA_CLOUD_OTLP_INSTANCE_ID=42');
    expect(cloud.output()).not.toMatch(/given_by_the_user|something_else/);
  });
});

describe('with OTLP over gRPC', () => {
  const address = /OTLP over gRPC at (127\.0\.0\.1:\d+)/;
  const TRACES = readCapture('wire/sdk-traces.pb');

  test('it prints the address, and an exporter that sends there in clear text', async () => {
    await using cloud = startProgram(['--port', '0', '--grpc-port'], { GRAFANA_CLOUD_API_KEY: 'glc_given' });
    await cloud.until(/^}\n}?$/m);
    const [, at = ''] = address.exec(cloud.output()) ?? [];
    expect(cloud.output()).toContain(`otelcol.exporter.otlp "cloud" {\n\tclient {\n\t\tendpoint = "${at}"\n`);
    expect(cloud.output()).toMatch(/headers {2}= \{"authorization" = .*\n\n\t\ttls \{\n\t\t\tinsecure = true\n/);
    const authorization = formatBasicAuth('1413606', 'glc_given');
    expect(await callGrpc(at, 'traces', TRACES, { authorization })).toMatchObject({ code: 0 });
    await cloud.until(/first spans arrived at OTLP\/gRPC/);
    expect(cloud.output()).not.toContain('glc_given');
  });

  test('and TLS, it writes the certificate and prints an exporter that trusts it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mock-'));
    const file = join(directory, 'mock.pem');
    await using cloud = startProgram(['--port', '0', '--grpc-tls', file], { GRAFANA_CLOUD_API_KEY: 'glc_given' });
    await cloud.until(/ca_file = /);
    const [, at = ''] = address.exec(cloud.output()) ?? [];
    expect(cloud.output()).toContain(
      `\t\tauth     = otelcol.auth.basic.cloud.handler\n\n\t\ttls {\n\t\t\tca_file = "${file}"`,
    );
    const trust = credentials.createSsl(readFileSync(file));
    rmSync(directory, { recursive: true });
    const options = { authorization: formatBasicAuth('1413606', 'glc_given'), credentials: trust };
    const localhost = at.replace('127.0.0.1', 'localhost');
    expect(await callGrpc(localhost, 'traces', TRACES, options)).toMatchObject({ code: 0 });
  });

  test('it uses the given port, and exits with 2 if it is in use', async () => {
    await using first = startProgram(['--port', '0', '--grpc-port', '0']);
    const [, at = ''] = address.exec(await first.until(address)) ?? [];
    const port = at.split(':').at(-1) ?? '';
    await using second = startProgram(['--port', '0', '--grpc-port', port]);
    expect(await once(second.child, 'exit')).toEqual([2, null]);
    expect(second.output()).toMatch(new RegExp(`can't start: .*EADDRINUSE.*${port}`));
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
    await using third = startProgram(['--port', '0', '--grpc-port', port]);
    expect(await third.until(address)).toContain(at);
  });

  test('it loads gRPC, which it does not load otherwise', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, context, next) => {
        if (name.startsWith('@grpc/')) process.stdout.write('loads gRPC\\n');
        return next(name, context);
      } });`;
    const loadsGrpc = async (...flags: string[]) => {
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
      await using cloud = startProgram(['--port', '0', ...flags], { NODE_OPTIONS });
      await cloud.until(/TEMPO_INSTANCE_ID=\d+/);
      return cloud.output().includes('loads gRPC');
    };
    expect([await loadsGrpc(), await loadsGrpc('--grpc-port')]).toEqual([false, true]);
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)('it exits with 0 on %s while a client is connected', async (signal) => {
  await using cloud = startProgram(['--port', '0'], { GRAFANA_CLOUD_API_KEY: 'glc_x' });
  const url = await cloud.until(/http:\/\/\S+(?= )/);
  const authorization = formatBasicAuth('1413606', 'glc_x');
  await (await request(`${url}/tempo/api/echo`, { headers: { authorization } })).body.text();
  cloud.child.kill(signal);
  expect(await once(cloud.child, 'exit')).toEqual([0, null]);
});

test('it keeps running when nobody reads its output any more', async () => {
  await using cloud = startProgram(['--port', '0']);
  const url = await cloud.until(/http:\/\/\S+(?= )/);
  cloud.child.stdout.destroy();
  for (let attempt = 0; attempt < 3; attempt++) {
    expect((await request(`${url}/tempo/api/echo?${attempt}`)).statusCode).toBe(401);
    expect((await request(`${url}/-/ready`)).statusCode).toBe(200);
  }
});

test('it exits with 2 and a message if the port is in use', async () => {
  await using first = startProgram(['--port', '0']);
  const port = (await first.until(/:\d+(?= )/)).slice(1);
  await using second = startProgram(['--port', port]);
  expect(await once(second.child, 'exit')).toEqual([2, null]);
  expect(second.output()).toMatch(/can't start: .*EADDRINUSE/);
});

test.each([[['--port', '70000']], [['--grpc-port', 'x']], [['--memory', '-1']], [['--nonsense']]])(
  '%o is rejected before anything listens',
  async (args) => {
    await using cloud = startProgram(args);
    const [code] = await once(cloud.child, 'exit');
    expect(code).toBe(2);
    expect(cloud.output()).toMatch(/error: /);
    expect(cloud.output()).not.toContain('http://');
  },
);
