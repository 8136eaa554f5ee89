import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import { describeIgnored } from '../../identity.ts';
import type { Environment } from '../../language/stdlib/stdlib.ts';
import type { ComponentContext } from '../../schema/component.ts';
import { describeFailure } from '../http/failure.ts';
import type { Page } from '../in-process-pages.ts';
import { pause } from '../pause.ts';
import { findProgram, listFlags } from './find-program.ts';
import { logExporterLine } from './log-line.ts';

/** An argument of the component, and the flag of the program that implements it. */
export type ExporterFlag = { readonly argument: string; readonly flag: string; readonly written: string };

/** A Prometheus exporter from the OS packages, and how to start it. */
export type ExporterProgram = {
  /** Its possible names on PATH, the Debian one first. */
  readonly names: readonly string[];
  /** The OS package that contains it. */
  readonly package: string;
  /** The arguments that make it listen at an address. */
  readonly listen: (address: string) => readonly string[];
  /** Flags that not every version has. Unknown ones are left out with a warning. */
  readonly flags: (known: ReadonlySet<string>) => readonly ExporterFlag[];
  /** Environment variables for data source and password, which must not appear in its arguments. */
  readonly environment: Readonly<Record<string, string>>;
  /** Texts that must not appear in a log line. */
  readonly secrets: readonly string[];
};

/** A running exporter. */
export type ExporterProcess = {
  readonly start: () => Promise<void>;
  /** Fetches its page, and waits while it is starting. @throws Error if it is not running or does not answer */
  readonly page: (signal: AbortSignal) => Promise<Page>;
  readonly stop: () => Promise<void>;
};

/**
 * Runs the program until its standard input closes. The other end of the pipe is closed with this process, however it
 * ends.
 */
const UNTIL_INPUT_ENDS = `exec 3<&0 4>&2 </dev/null 2>/dev/null
"$@" 2>&4 3<&- 4>&- &
child=$!
{ read -r _ <&3; kill -KILL "$child"; } 4>&- &
watcher=$!
exec 3<&- 4>&-
wait "$child"
code=$?
kill "$watcher"
exit "$code"`;

const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 10_000;
const RETRY_MS = 20;

/**
 * Keeps an exporter running on a free loopback port, and restarts it with growing delays when it ends. If the program
 * is missing, the component is unhealthy and names the package to install.
 */
export function createExporterProcess(program: ExporterProgram, context: ComponentContext): ExporterProcess {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  let child: ChildProcessWithoutNullStreams | undefined;
  let port: number | undefined;
  let state: 'down' | 'starting' | 'answering' = 'down';
  let stopping = false;
  let wait = FIRST_WAIT_MS;
  let again: NodeJS.Timeout | undefined;
  let ended: Promise<void> = Promise.resolve();

  const launch = async (path: string, flags: readonly string[]): Promise<void> => {
    const free = await findFreePort();
    if (stopping) {
      return;
    }
    const startedAt = Date.now();
    const started = spawn(
      'sh',
      ['-c', UNTIL_INPUT_ENDS, 'sh', path, ...program.listen(`127.0.0.1:${free}`), ...flags],
      {
        env: { ...pickEnvironment(context.environment), ...program.environment },
        stdio: 'pipe',
      },
    );
    child = started;
    port = free;
    state = 'starting';
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on('line', (line) => logExporterLine(line, program.secrets, context.log));
    }
    // The pipe breaks if the program ends first; nothing is ever written to it.
    started.stdin.on('error', () => {});
    ended = new Promise((resolve) => {
      started.once('error', (error) => {
        context.log('error', 'the exporter could not be started', { err: error.message });
        resolve();
      });
      started.once('close', (code, signal) => {
        state = 'down';
        started.stdin.destroy();
        resolve();
        if (!stopping) {
          wait = Date.now() - startedAt > MAX_WAIT_MS ? FIRST_WAIT_MS : Math.min(wait * 2, MAX_WAIT_MS);
          context.log('warn', 'the exporter ended, restarting it', {
            exit: String(code ?? signal),
            wait_ms: wait,
          });
          again = setTimeout(() => void launch(path, flags), wait);
        }
      });
    });
  };

  const start = async (): Promise<void> => {
    const path = await findProgram(program.names, context.environment.PATH ?? '');
    if (path === undefined) {
      const message = `${program.names.join(' or ')} is not on PATH: install the OS package ${program.package}`;
      context.log('error', message);
      context.setHealth({ state: 'unhealthy', message });
      return;
    }
    await launch(path, await selectFlags(path, program, context));
    context.setHealth({ state: 'healthy', message: 'started component' });
  };

  const page = async (signal: AbortSignal): Promise<Page> => {
    while (state !== 'down') {
      const url = `http://127.0.0.1:${port}/metrics`;
      try {
        const response = await request(url, { signal, dispatcher: agent });
        const body = Buffer.from(await response.body.arrayBuffer());
        state = 'answering';
        return { status: response.statusCode, contentType: String(response.headers['content-type'] ?? ''), body };
      } catch (error) {
        if (state !== 'starting' || signal.aborted) {
          throw new Error(describeFailure('GET', url, error).text);
        }
      }
      await pause(RETRY_MS, signal);
      signal.throwIfAborted();
    }
    throw new Error('the exporter is not running');
  };

  return {
    start,
    page,
    stop: async () => {
      stopping = true;
      clearTimeout(again);
      child?.stdin.end();
      await ended;
      await agent.destroy();
    },
  };
}

/** The flags that this version of the program has. One warning lists the arguments of all others. */
async function selectFlags(path: string, program: ExporterProgram, context: ComponentContext): Promise<string[]> {
  const known = await listFlags(path);
  const flags = program.flags(known);
  const unknown = flags.filter(({ flag }) => !known.has(flag)).map(({ argument }) => argument);
  if (unknown.length > 0) {
    const what = `${[...new Set(unknown)].join(', ')} of ${context.id}, which ${path} has no flag for,`;
    context.log('warn', describeIgnored(what));
  }
  return flags.filter(({ flag }) => known.has(flag)).map(({ written }) => written);
}

/** The environment variables that an exporter needs; it must not see our credentials. */
function pickEnvironment(environment: Environment): Record<string, string> {
  const wanted = /^(?:PATH|HOME|TZ|LANG|LC_\w+|TMPDIR|SSL_CERT_\w+|PG(?:SSL\w*|CONNECT_TIMEOUT|SYSCONFDIR))$/;
  const entries = Object.entries(environment).filter(([name]) => wanted.test(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
