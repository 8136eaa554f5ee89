import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A database server that a test can stop and restart on one loopback port. */
export type RealServer = {
  readonly port: number;
  readonly password: string;
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Creates a Redis with a password, not started. */
export async function createRedis(): Promise<RealServer> {
  const port = await findFreePort();
  const password = 'p@ss word/7';
  const directory = mkdtempSync(join(tmpdir(), 'redis-'));
  const config = `bind 127.0.0.1\nport ${port}\ndir ${directory}\nsave ""\nrequirepass "${password}"\n`;
  writeFileSync(join(directory, 'redis.conf'), config, { mode: 0o600 });
  return createServerControl(port, password, directory, () =>
    spawn('redis-server', [join(directory, 'redis.conf')], { stdio: 'ignore' }),
  );
}

/** Creates a PostgreSQL cluster with the superuser `postgres` and a password, not started. */
export async function createPostgres(): Promise<RealServer> {
  const port = await findFreePort();
  const password = 'p@ss/word7';
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'));
  const data = join(directory, 'data');
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const user = findUnprivilegedUser();
  if (user !== undefined) {
    chownSync(directory, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '--pwfile',
    passwordFile,
    '-A',
    'scram-sha-256',
    '--no-sync',
    '--locale=C',
  ];
  execFileSync(findPostgresProgram('initdb'), initdb, { ...user, cwd: directory, stdio: 'ignore' });
  const flags = { port, listen_addresses: '127.0.0.1', unix_socket_directories: directory, fsync: 'off' };
  const args = Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return createServerControl(port, password, directory, () =>
    spawn(findPostgresProgram('postgres'), ['-D', data, ...args], { ...user, cwd: directory, stdio: 'ignore' }),
  );
}

/** Finds a program of PostgreSQL: Debian keeps them off PATH, in a directory per version. */
function findPostgresProgram(name: string): string {
  return globSync(`/usr/lib/postgresql/*/bin/${name}`).sort().at(-1) ?? name;
}

function createServerControl(
  port: number,
  password: string,
  directory: string,
  launch: () => ChildProcess,
): RealServer {
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running !== undefined && running.exitCode === null) {
      const ended = new Promise((resolve) => running.once('close', resolve));
      // An immediate shutdown for PostgreSQL; Redis exits on it too.
      running.kill('SIGQUIT');
      await ended;
    }
  };
  return {
    port,
    password,
    start: async () => {
      child = launch();
      await waitUntilReachable(port);
    },
    kill,
    [Symbol.asyncDispose]: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Lists the running children of a process, with their arguments. */
export function listChildren(parent: number): { readonly pid: number; readonly args: readonly string[] }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && findParent(name) === parent)
    .map((name) => ({ pid: Number(name), args: readArguments(Number(name)) }))
    .filter(({ args }) => args.length > 1);
}

/** The parent of a running process; undefined if it has ended. */
function findParent(pid: string): number | undefined {
  try {
    const [, state = 'Z', parent] = /^.*\) (\w) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

function readArguments(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function findUnprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const number = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

async function waitUntilReachable(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => setTimeout(() => resolve(false), 20));
    });
    if (open) {
      return;
    }
  }
}

async function findFreePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
