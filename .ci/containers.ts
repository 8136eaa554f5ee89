/**
 * Runs the phases on the containers stack, and the unit tests that need a container engine: with the engine that answers,
 * else with one that it starts. The argument names the file for vitest's report. Exit code 0 when all passed, or when no
 * engine answers and none could be started, which the last lines report; else 1.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { describeRefusal } from '../helpers/cli/command.ts';
import { bringImage, lookForImage } from '../helpers/images/resolve.ts';
import { standInFor } from '../helpers/images/stand-ins.ts';
import { CannotRun } from '../helpers/run/cannot-run.ts';
import { isBackendPart, partsInOrder } from '../helpers/run/part.ts';
import { listEngineVariables, ROOT, readSettings, type Settings } from '../helpers/settings/settings.ts';
import { type ContainerEngine, findContainerEngine } from '../helpers/setup/container-engine.ts';
import { adviseOnImage, listImages, nameService } from '../helpers/stack/containers/container-images.ts';
import {
  bringDockerd,
  type EngineNetwork,
  makeEngineDirectory,
  NoEngine,
  removeEngineDirectory,
  startOwnEngine,
} from './own-engine.ts';

const [report = 'reports/tests-containers.json'] = process.argv.slice(2);
const tests = ['phases/', 'helpers/images/', 'helpers/stack/containers'];

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort(signal));

try {
  process.exitCode = await main(readSettings());
} catch (error) {
  const refusal = describeRefusal(error);
  if (refusal !== undefined) process.stderr.write(refusal);
  else if (error !== interrupted.signal.reason) throw error;
  say('failed; the reason is above.');
  process.exitCode = 1;
}

async function main(settings: Settings): Promise<number> {
  const engine = await findContainerEngine(settings.engine);
  if ('absent' in engine) return await withOwnEngine(engine.absent, settings);
  await bringImages(engine, settings);
  const environment = settings.inherited.extend({ DOCKER_HOST: engine.address });
  return await runTests(`Docker ${engine.version} at ${engine.address}`, environment);
}

/** Images come over this machine's network, and containers run in an isolated one, so the engine starts twice. */
async function withOwnEngine(absent: string, settings: Settings): Promise<number> {
  say(`${absent}; starting an engine for this run only.`);
  let directory: string | undefined;
  const start = async (network: EngineNetwork) => {
    directory ??= makeEngineDirectory();
    return await startOwnEngine(directory, network, settings);
  };
  try {
    await bringDockerd(settings);
    {
      await using engine = await start('machine');
      const found = await findContainerEngine({ ...settings.engine, host: engine.at });
      if ('absent' in found) throw new NoEngine(found.absent);
      await bringImages(found, settings);
    }
    await using engine = await start('own');
    return await runTests(engine.title, settings.inherited.extend({ DOCKER_HOST: engine.at }), engine.inNetwork);
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    say(`NOT run: ${absent}, and none could be started: ${error.message}`);
    return 0;
  } finally {
    if (directory !== undefined) removeEngineDirectory(directory);
  }
}

/** Finds or pulls the images of the stack, and builds stand-ins for the others. Throws `CannotRun` when that fails too. */
async function bringImages(engine: ContainerEngine, settings: Settings): Promise<void> {
  const parts = partsInOrder.filter((part) => !isBackendPart(part));
  const wanted = listImages(parts, settings);
  const images = new Map(parts.map((part) => [wanted.get(nameService(part)) ?? '', part]));
  const missing: string[] = [];
  for (const [image, part] of images) {
    try {
      const look = await lookForImage(engine.docker, image, settings);
      await bringImage(engine, look, adviseOnImage(part, parts), settings, say);
    } catch (error) {
      const standIn = standInFor(image);
      if (!(error instanceof CannotRun) || standIn === undefined) throw error;
      missing.push(standIn.name);
    }
  }
  if (missing.length === 0) return;
  const toEngine = listEngineVariables({ ...settings.engine, host: engine.address });
  const code = await run(['npm', 'run', 'images', '--', ...missing], settings.inherited.extend(toEngine));
  if (code !== 0)
    throw new CannotRun('the images of the stack could not be built.', 'read the messages of `npm run images` above.');
}

async function runTests(
  engine: string,
  environment: Readonly<Record<string, string>>,
  prefix: readonly string[] = [],
): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const command = [...prefix, 'npm', 'test', '--', ...reporters, ...tests];
  const code = await run(command, { ...environment, STACK: 'containers' });
  say(`run with ${engine}: ${code === 0 ? 'passed' : 'failed'}.`);
  return code === 0 ? 0 : 1;
}

/** Runs a command to its end, and forwards the signals that interrupt this process. */
async function run(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [file = '', ...args] = command;
  interrupted.signal.throwIfAborted();
  const child = spawn(file, args, { cwd: ROOT, stdio: 'inherit', env });
  const pass = () => child.kill(interrupted.signal.reason);
  interrupted.signal.addEventListener('abort', pass);
  const [code, signal] = await once(child, 'exit');
  interrupted.signal.removeEventListener('abort', pass);
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

function say(line: string): void {
  process.stdout.write(`Containers stack: ${line}\n`);
}
