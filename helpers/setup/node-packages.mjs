// The project's npm packages: whether they are the lockfile's, and their installation.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join, sep } from 'node:path';

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean }} LockedPackage */

/**
 * The Node that the packages need, which is one of them.
 * @param {string} root the project's directory
 */
export function findNode(root) {
  return join(root, 'node_modules', '.bin', 'node');
}

/**
 * Whether `node_modules` holds what `package-lock.json` says: by the stamp of the last installation, or by npm's own
 * record of what it installed (`node_modules/.package-lock.json`).
 * @param {string} root the project's directory
 * @returns {'present' | 'missing' | 'outdated'}
 */
export function nodePackagesState(root) {
  if (!existsSync(findNode(root))) return existsSync(join(root, 'node_modules')) ? 'outdated' : 'missing';
  if (read(stampPath(root)) === stamp(root)) return 'present';
  return isInstalledAsLocked(root) ? 'present' : 'outdated';
}

/**
 * Records that `node_modules` is as the lockfile says, so that the next look is one comparison.
 * @param {string} root the project's directory
 */
export function stampNodePackages(root) {
  if (read(stampPath(root)) !== stamp(root)) writeFileSync(stampPath(root), stamp(root));
}

/**
 * Installs the lockfile's packages; of their installation scripts runs that of `node` alone. Throws with npm's last
 * lines where npm fails.
 * @param {string} root the project's directory
 */
export async function installNodePackages(root) {
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier'];
  await npm(root, ['ci', '--include=dev', '--include=optional', '--ignore-scripts', ...quiet]);
  await npm(root, ['rebuild', 'node', '--ignore-scripts=false', ...quiet]);
  stampNodePackages(root);
}

/**
 * A Node that an installation does not take away: `npm run` puts the one of `node_modules` first on PATH, and `npm ci`
 * removes that. Returns undefined where there is no other.
 * @param {string} root the project's directory
 * @param {string} running the Node that runs this
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined}
 */
export function findLastingNode(root, running, environment) {
  const onPath = (environment.PATH ?? '').split(delimiter).map((directory) => join(directory, 'node'));
  const packages = join(root, 'node_modules') + sep;
  return [environment.npm_node_execpath ?? '', running, ...onPath].find(
    (path) => path !== '' && existsSync(path) && !realpathSync(path).startsWith(packages) && !path.startsWith(packages),
  );
}

/** @param {string} root */
function stampPath(root) {
  return join(root, 'node_modules', '.alloy-verify-stamp');
}

/** @param {string} root */
function stamp(root) {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return `${lock.digest('hex')} ${process.platform} ${process.arch}\n`;
}

/** @param {string} root */
function isInstalledAsLocked(root) {
  const locked = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (locked === undefined || installed === undefined) return false;
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    // Optional packages are those of other platforms.
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(path) {
  const text = read(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
function npm(root, args) {
  // Under `npm run` npm says where it is; else it stands beside node, or on PATH.
  const given = process.env.npm_execpath ?? '';
  const node = findLastingNode(root, process.execPath, process.env);
  if (node === undefined) throw new Error('npm needs a Node that is not one of the packages, and none is on PATH');
  const beside = join(dirname(node), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const script = [given, beside].find((path) => basename(path) === 'npm-cli.js' && existsSync(path));
  const [command, ...first] = script === undefined ? ['npm'] : [node, script];
  return new Promise((resolve, reject) => {
    const child = spawn(command ?? 'npm', [...first, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new Error(`npm can't be started: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${args[0]} failed:\n${output.trimEnd().split('\n').slice(-20).join('\n')}`));
    });
  });
}
