// The way into every command: installs the npm packages where they are missing, then runs the target with the Node that is
// one of them. Plain JavaScript that Node 20 runs without any package.
//
//   node helpers/setup/bootstrap.mjs [--check] [--dotenv] TARGET ARGS…
//
// TARGET is a .ts file of the project, or `vitest`. `--check` installs and changes nothing. `--dotenv` gives the target the
// variables of the project's .env: a program that knows no settings needs that.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRows, programRows, table } from './inventory.mjs';
import { withLock } from './lock.mjs';
import { findNode, installNodePackages, nodePackagesState, stampNodePackages } from './node-packages.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const options = process.argv.slice(2);
const isCheck = options[0] === '--check' && options.shift() !== undefined;
const hasDotenv = options[0] === '--dotenv' && options.shift() !== undefined;
const [target, ...args] = options;

// Whoever reads may have enough, as `head` has.
process.stdout.on('error', () => process.exit());

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`Cannot run: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}

async function main() {
  if (target === undefined) throw new Error('no target named; see package.json for the commands.');
  if (isCheck) {
    if (nodePackagesState(root) !== 'present') return showWithoutPackages();
    return await run([targetFile(target), ...args]);
  }
  if (nodePackagesState(root) === 'present') stampNodePackages(root);
  else await installPackages();
  return await run([targetFile(target), ...args]);
}

function showWithoutPackages() {
  const path = process.env.PATH ?? '';
  process.stdout.write(`This machine\n${table([...packageRows(root), ...programRows(path, [])])}`);
  process.stdout.write(
    '`npm run verify` installs the npm packages; then this command also shows which stack a run would choose.\n',
  );
  return 0;
}

async function installPackages() {
  const name = `npm-${Buffer.from(root).toString('base64url').slice(-40)}`;
  const waiting = () => process.stderr.write('Set-up: waiting for another process that installs the npm packages …\n');
  await withLock(name, waiting, async () => {
    if (nodePackagesState(root) === 'present') return;
    const started = performance.now();
    process.stderr.write('Set-up: npm packages …');
    const dots = setInterval(() => process.stderr.write('.'), 2000);
    try {
      await installNodePackages(root);
      process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    } catch (error) {
      process.stderr.write(' failed\n');
      throw error;
    } finally {
      clearInterval(dots);
    }
  });
}

/** @param {string} name */
function targetFile(name) {
  if (name !== 'vitest') return join(root, name);
  const folder = join(root, 'node_modules', 'vitest');
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin.vitest);
}

/**
 * Runs a file with the packages' Node; the exit code is the file's own.
 * @param {readonly string[]} command
 * @returns {Promise<number>}
 */
function run(command) {
  const env = {
    ...process.env,
    PATH: `${dirname(findNode(root))}${delimiter}${process.env.PATH ?? ''}`,
    ALLOY_VERIFY_BOOTSTRAP: String(process.pid),
    // Compiling the packages again costs each program of a run a tenth of a second and 30 MiB.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node-compile'),
    // The same files are elsewhere in a container.
    NODE_COMPILE_CACHE_PORTABLE: '1',
  };
  const watch = new URL('end-with-bootstrap.mjs', import.meta.url).href;
  const dotenv = hasDotenv ? ['--import', new URL('../settings/load-dotenv.ts', import.meta.url).href] : [];
  // A run waits more than it works: with small nurseries each of its threads takes a third of the memory.
  const child = spawn(findNode(root), ['--max-semi-space-size=2', ...dotenv, '--import', watch, ...command], {
    stdio: 'inherit',
    env,
  });
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    if (!(signal === 'SIGINT' && isAtTerminal())) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  const orphaned = endWhenOrphaned(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(orphaned);
      for (const name of signals) process.off(name, pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** A terminal sends Ctrl-C to every process in the foreground, the child included: passed on, it would come twice. */
function isAtTerminal() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}

/** npm that is killed leaves the shell that it started running, and the shell its command: they end themselves.
 * @param {() => void} end */
function endWhenOrphaned(end) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const shell = process.ppid;
  const npm = readParent(shell);
  const timer = setInterval(() => {
    if (process.ppid !== shell || readParent(shell) !== npm) end();
  }, 250);
  timer.unref();
  return timer;
}

/**
 * The number of a process's parent (proc(5), field 4 of `/proc/PID/stat`), or undefined where it can't be known.
 * @param {number} pid
 */
function readParent(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    return undefined;
  }
}
