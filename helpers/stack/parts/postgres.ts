import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, DatabaseError } from 'pg';
import { CannotRun } from '../../run/cannot-run.ts';
import { OWN_POSTGRES, type PostgresEndpoint } from '../../run/endpoints.ts';
import { launchProcess, makePartDirectory, type PartContext, type PartPlan, requireProgram } from '../owned/part.ts';
import { startProcess } from '../owned/part-process.ts';
import { findUnprivilegedUser } from '../owned/unprivileged-user.ts';
import { baseEnvironment } from './base-environment.ts';
import { makePassword, writePrivateFile } from './secret.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/postgres', import.meta.url));
const application = 'game_scheduler';
const superuser = 'postgres';
/** A server that starts refuses connections at once: what takes long is a busy machine. */
const maxAnswerMs = 20_000;
/** sockaddr_un holds 107 characters; the socket's own name takes up to 20 of them. */
const maxSocketDirectoryLength = 87;

/**
 * Plans a PostgreSQL cluster of its own on a loopback port, with the application's role and database as
 * `fixtures/postgres` makes them. It does not wait for disks: what a crash of the machine would lose is worth nothing.
 * Throws `CannotRun` where there is no PostgreSQL.
 */
export async function planPostgres(context: PartContext): Promise<PartPlan> {
  const { request, run, ports } = context;
  const file = requireProgram('postgres', request.plan.settings.path);
  const user = findUnprivilegedUser(['postgres', 'nobody']);
  const directory = await makePartDirectory(run, 'postgres', user);
  const data = join(directory, 'data');
  const environment = baseEnvironment(request.plan.settings, directory);
  const endpoint = {
    host: '127.0.0.1',
    port: await ports.next(),
    user: application,
    password: makePassword(),
    database: application,
    ...OWN_POSTGRES,
  };
  const administrator = { ...endpoint, user: superuser, password: makePassword(), database: 'postgres' };

  const initialise = async () => {
    const passwordFile = join(directory, 'superuser-password');
    await writePrivateFile(passwordFile, `${administrator.password}\n`, user);
    const args = ['-D', data, '-U', superuser, '--pwfile', passwordFile, '-A', 'scram-sha-256'];
    const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'];
    const command = {
      file: join(dirname(file), 'initdb'),
      args: [...args, ...locale],
      environment,
      cwd: directory,
      user,
    };
    const initdb = await startProcess(command, run, context.log);
    await initdb.end;
    if (initdb.ended()?.exitCode === 0) return;
    const lastLines = (await readFile(context.logPath, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-20);
    throw new CannotRun(
      `initdb ${initdb.ended()?.description}. Its last lines:\n${lastLines.join('\n')}`,
      'see the lines of initdb above.',
    );
  };

  const server = {
    file,
    args: serverArguments(data, directory, endpoint.port, run.name),
    environment,
    cwd: directory,
    user,
  };
  let probed = administrator;
  return {
    part: 'postgres',
    title: 'PostgreSQL',
    endpoints: { postgres: endpoint },
    prepare: initialise,
    launch: launchProcess('PostgreSQL', server, context),
    probe: () => probePostgres(probed),
    complete: async () => {
      await askPostgres(administrator, async (client) => void (await client.query(`CREATE DATABASE ${application}`)));
      const problems = await askPostgres({ ...administrator, database: application }, (client) =>
        runFixtures(client, endpoint.password, fixtures),
      );
      probed = endpoint;
      await probePostgres(endpoint);
      return problems.length === 0 ? undefined : problems.join('; ');
    },
    version: () => readPostgresVersion(endpoint),
    deadlineMs: 30_000,
    // "Fast shutdown": open transactions are rolled back, clients are disconnected (PostgreSQL documentation, 19.5).
    stopSignal: 'SIGINT',
    outage: 'stop',
  };
}

function serverArguments(data: string, directory: string, port: number, name: string): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: directory.length <= maxSocketDirectoryLength ? directory : '',
    cluster_name: name,
    // In the run's own directory: segments in /dev/shm would outlive a cluster that is killed.
    dynamic_shared_memory_type: 'mmap',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([setting, value]) => ['-c', `${setting}=${value}`])];
}

/**
 * As the postgres image does with its initialisation directory: every file in order, in the application's database. A file that
 * PostgreSQL refuses leaves nothing behind, and is returned with its line and the reason; those after it are run.
 */
export async function runFixtures(client: Client, password: string, directory: string): Promise<string[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const problems: string[] = [];
  for (const name of files) {
    const text = await readFile(join(directory, name), 'utf8');
    try {
      await client.query(text);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problems.push(`${basename(directory)}/${name}${describeLine(text, error)}: ${error.message}`);
      // A file may have changed the role before it failed.
      await client.query('ROLLBACK; RESET ROLE');
    }
  }
  // A statement that fails is logged, and this one holds a password.
  await client.query("SET log_min_error_statement = 'panic'");
  await client.query(`ALTER ROLE ${application} PASSWORD '${password}'`).catch((error) => {
    const reason = problems[0] ?? (error instanceof Error ? error.message : String(error));
    throw new CannotRun(`the role ${application} can't log in to PostgreSQL: ${reason}`, 'correct that file.');
  });
  return problems;
}

/** The line at which PostgreSQL stopped reading, if it names a position. */
function describeLine(text: string, { position }: DatabaseError): string {
  return position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`;
}

/** Logs in and has a query answered; throws while that can't be done. */
export async function probePostgres(endpoint: PostgresEndpoint): Promise<void> {
  await askPostgres(endpoint, (client) => client.query('SELECT 1'));
}

/** Asks the server for its version, such as `17.6`. */
export async function readPostgresVersion(endpoint: PostgresEndpoint): Promise<string> {
  const { rows } = await askPostgres(endpoint, (client) =>
    client.query<{ server_version: string }>('SHOW server_version'),
  );
  return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
}

async function askPostgres<T>(endpoint: PostgresEndpoint, question: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...endpoint, connectionTimeoutMillis: maxAnswerMs, query_timeout: maxAnswerMs });
  // A server that goes away is the failure of the awaited call; without a listener it would end the runner as well.
  client.on('error', () => {});
  try {
    await client.connect();
    return await question(client);
  } finally {
    await client.end().catch(() => {});
  }
}
