import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { ServiceAccess, ServiceName } from './backend.ts';

/** How one of the real programs is started on free ports, and where it then answers. */
type Program = {
  readonly ports: number;
  readonly configure: (ports: readonly number[]) => {
    readonly configuration: string;
    readonly args: readonly string[];
  };
  readonly access: (ports: readonly number[]) => ServiceAccess;
  readonly readyPath: string;
};

const PROGRAMS: Readonly<Record<ServiceName, Program>> = {
  tempo: {
    ports: 3,
    configure: ([http, grpc, otlp]) => ({
      configuration: `
server: { http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn }
distributor: { receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${otlp}" } } } } }
storage: { trace: { backend: local, local: { path: ./blocks }, wal: { path: ./wal } } }
live_store: { wal: { path: ./live/traces }, shutdown_marker_dir: ./live/marker }
backend_scheduler: { local_work_path: ./work }
usage_report: { reporting_enabled: false }
`,
      args: ['-config.file=configuration.yaml', '-target=all'],
    }),
    access: ([http, , otlp]) => access(`http://127.0.0.1:${otlp}/v1/traces`, `http://127.0.0.1:${http}`),
    readyPath: '/ready',
  },
  loki: {
    ports: 2,
    configure: ([http, grpc]) => ({
      configuration: `
auth_enabled: false
analytics: { reporting_enabled: false }
server: { http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn }
common:
  instance_addr: 127.0.0.1
  path_prefix: ./data
  replication_factor: 1
  ring: { kvstore: { store: inmemory } }
  storage: { filesystem: { chunks_directory: ./data/chunks, rules_directory: ./data/rules } }
schema_config:
  configs: [{ from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }]
`,
      args: ['-config.file=configuration.yaml', '-target=all'],
    }),
    access: ([http]) => access(`http://127.0.0.1:${http}/loki/api/v1/push`, `http://127.0.0.1:${http}`),
    readyPath: '/ready',
  },
  prometheus: {
    ports: 1,
    configure: ([http]) => ({
      configuration: 'global: { scrape_interval: 1m }\n',
      args: [
        '--config.file=configuration.yaml',
        '--storage.tsdb.path=./data',
        `--web.listen-address=127.0.0.1:${http}`,
        '--web.enable-otlp-receiver',
      ],
    }),
    access: ([http]) => access(`http://127.0.0.1:${http}/api/v1/otlp/v1/metrics`, `http://127.0.0.1:${http}`),
    readyPath: '/-/ready',
  },
};

function access(write: string, query: string): ServiceAccess {
  return { write, query, login: { user: '', password: '' } };
}

/** A started program. Disposing of it kills it and deletes its data. */
export type StartedProgram = AsyncDisposable & { readonly access: ServiceAccess };

const MAX_START_MS = 60_000;
const POLL_MS = 200;
/** Kills the program as soon as the shell's input ends, however this process ends. */
const WATCH = '"$@" <&- & child=$!; read -r _; kill -KILL "$child"; wait "$child"';

/** Starts a program in a directory of its own. Rejects with the end of its log if it does not become ready. */
export async function startProgram(service: ServiceName, file: string): Promise<StartedProgram> {
  const program = PROGRAMS[service];
  const directory = await mkdtemp(join(tmpdir(), `contract-${service}-`));
  const ports = await findFreePorts(program.ports);
  const { configuration, args } = program.configure(ports);
  await writeFile(join(directory, 'configuration.yaml'), configuration);
  const log = join(directory, 'log');
  const shell = spawn('sh', ['-c', `exec >log 2>&1; ${WATCH}`, 'sh', file, ...args], {
    cwd: directory,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  const stop = async () => {
    shell.stdin?.end();
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const found = program.access(ports);
  const until = Date.now() + MAX_START_MS;
  while (!(await isReady(found.query + program.readyPath))) {
    if (Date.now() > until) {
      const lines = (await readFile(log, 'utf8')).trim().split('\n').slice(-5).join('\n');
      await stop();
      throw new Error(`${file} is not ready after ${MAX_START_MS / 1000} s:\n${lines}`);
    }
    await sleep(POLL_MS);
  }
  return { access: found, [Symbol.asyncDispose]: stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}

async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
