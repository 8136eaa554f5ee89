import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { credentials } from '@grpc/grpc-js';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { grpcCall } from './testing/grpc-call.ts';
import { basic, capture } from './testing/running-mock.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

type Program = AsyncDisposable & {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly output: () => string;
  /** Resolves with the first match in the output. */
  readonly until: (pattern: RegExp) => Promise<string>;
};

function program(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
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
        const look = () => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found[0]);
        };
        listeners.add(look);
        look();
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
  test('it prints an .env that opens it, with the token that it made up', async () => {
    await using cloud = program(['--port', '0']);
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
      headers: { authorization: basic(lines.get('GRAFANA_CLOUD_TEMPO_INSTANCE_ID') ?? '', token) },
    });
    expect({ status: answer.statusCode, body: await answer.body.text() }).toEqual({ status: 200, body: 'echo' });
  });

  test('it never prints a token that it was given, and says who was refused', async () => {
    const token = 'glc_given_by_the_user';
    await using cloud = program(['--port', '0'], {
      GRAFANA_CLOUD_API_KEY: token,
      GRAFANA_CLOUD_OTLP_INSTANCE_ID: '42',
    });
    const url = await cloud.until(/http:\/\/\S+(?= )/);
    expect((await request(`${url}/-/ready`)).statusCode).toBe(200);
    const headers = { authorization: basic('42', 'glc_something_else'), 'content-type': 'application/json' };
    const refused = await request(`${url}/otlp/v1/traces`, { method: 'POST', headers, body: '{}' });
    expect(refused.statusCode).toBe(401);
    await cloud.until(/refused a login at the OTLP gateway: wrong token for user 42/);
    const body = JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [['1', 'x']] }] });
    const authorization = basic('1419296', token);
    const push = { method: 'POST', headers: { ...headers, authorization }, body } as const;
    expect((await request(`${url}/loki/api/v1/push`, push)).statusCode).toBe(204);
    await cloud.until(/first log records arrived at \/loki\/api\/v1\/push/);
    expect(cloud.output()).toContain('GRAFANA_CLOUD_OTLP_INSTANCE_ID=42');
    expect(cloud.output()).not.toMatch(/given_by_the_user|something_else/);
  });
});

describe('asked to take OTLP over gRPC', () => {
  const address = /OTLP over gRPC at (127\.0\.0\.1:\d+)/;
  const TRACES = capture('wire/sdk-traces.pb');

  test('it prints where, and the lines of an exporter that sends there in clear text', async () => {
    await using cloud = program(['--port', '0', '--grpc-port'], { GRAFANA_CLOUD_API_KEY: 'glc_given' });
    await cloud.until(/^}\n}?$/m);
    const [, at = ''] = address.exec(cloud.output()) ?? [];
    expect(cloud.output()).toContain(`otelcol.exporter.otlp "cloud" {\n\tclient {\n\t\tendpoint = "${at}"\n`);
    expect(cloud.output()).toMatch(/headers {2}= \{"authorization" = .*\n\n\t\ttls \{\n\t\t\tinsecure = true\n/);
    const authorization = basic('1461503', 'glc_given');
    expect(await grpcCall(at, 'traces', TRACES, { authorization })).toMatchObject({ code: 0 });
    await cloud.until(/first spans arrived at OTLP\/gRPC/);
    expect(cloud.output()).not.toContain('glc_given');
  });

  test('over TLS, it writes the certificate and its lines trust that', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mock-'));
    const file = join(directory, 'mock.pem');
    await using cloud = program(['--port', '0', '--grpc-tls', file], { GRAFANA_CLOUD_API_KEY: 'glc_given' });
    await cloud.until(/ca_file = /);
    const [, at = ''] = address.exec(cloud.output()) ?? [];
    expect(cloud.output()).toContain(
      `\t\tauth     = otelcol.auth.basic.cloud.handler\n\n\t\ttls {\n\t\t\tca_file = "${file}"`,
    );
    const trust = credentials.createSsl(readFileSync(file));
    rmSync(directory, { recursive: true });
    const options = { authorization: basic('1461503', 'glc_given'), credentials: trust };
    const localhost = at.replace('127.0.0.1', 'localhost');
    expect(await grpcCall(localhost, 'traces', TRACES, options)).toMatchObject({ code: 0 });
  });

  test('it takes the port that it is told, and a taken one ends it with exit 2', async () => {
    await using first = program(['--port', '0', '--grpc-port', '0']);
    const [, at = ''] = address.exec(await first.until(address)) ?? [];
    const port = at.split(':').at(-1) ?? '';
    await using second = program(['--port', '0', '--grpc-port', port]);
    expect(await once(second.child, 'exit')).toEqual([2, null]);
    expect(second.output()).toMatch(new RegExp(`can't listen: .*EADDRINUSE.*${port}`));
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
    await using third = program(['--port', '0', '--grpc-port', port]);
    expect(await third.until(address)).toContain(at);
  });

  test('and not asked, it loads nothing of gRPC', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, context, next) => {
        if (name.startsWith('@grpc/')) process.stdout.write('loads gRPC\\n');
        return next(name, context);
      } });`;
    const loaded = async (...flags: string[]) => {
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
      await using cloud = program(['--port', '0', ...flags], { NODE_OPTIONS });
      await cloud.until(/TEMPO_INSTANCE_ID=\d+/);
      return cloud.output().includes('loads gRPC');
    };
    expect([await loaded(), await loaded('--grpc-port')]).toEqual([false, true]);
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with exit 0 while a client is connected', async (signal) => {
  await using cloud = program(['--port', '0'], { GRAFANA_CLOUD_API_KEY: 'glc_x' });
  const url = await cloud.until(/http:\/\/\S+(?= )/);
  const authorization = basic('1413606', 'glc_x');
  await (await request(`${url}/tempo/api/echo`, { headers: { authorization } })).body.text();
  cloud.child.kill(signal);
  expect(await once(cloud.child, 'exit')).toEqual([0, null]);
});

test('it serves on when nobody reads its lines any more', async () => {
  await using cloud = program(['--port', '0']);
  const url = await cloud.until(/http:\/\/\S+(?= )/);
  cloud.child.stdout.destroy();
  for (let attempt = 0; attempt < 3; attempt++) {
    expect((await request(`${url}/tempo/api/echo?${attempt}`)).statusCode).toBe(401);
    expect((await request(`${url}/-/ready`)).statusCode).toBe(200);
  }
});

test('a port in use ends it with exit 2 and says so', async () => {
  await using first = program(['--port', '0']);
  const port = (await first.until(/:\d+(?= )/)).slice(1);
  await using second = program(['--port', port]);
  expect(await once(second.child, 'exit')).toEqual([2, null]);
  expect(second.output()).toMatch(/can't listen: .*EADDRINUSE/);
});

test.each([[['--port', '70000']], [['--grpc-port', 'x']], [['--memory', '-1']], [['--nonsense']]])(
  '%o is refused before anything listens',
  async (args) => {
    await using cloud = program(args);
    const [code] = await once(cloud.child, 'exit');
    expect(code).not.toBe(0);
    expect(cloud.output()).toMatch(/error: /);
    expect(cloud.output()).not.toContain('http://');
  },
);
