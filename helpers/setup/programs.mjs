// The programs of the native stack: what they are called, where Debian and Ubuntu put them, which package brings them.
// Plain JavaScript, because it must also run where no npm package is installed and Node is too old for TypeScript.

import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** @typedef {'postgres' | 'redis' | 'rabbitmq' | 'postgres-exporter' | 'redis-exporter'} ProgramName */

/**
 * @typedef {object} Program
 * @property {ProgramName} name
 * @property {string} title its name for people
 * @property {readonly string[]} commands file names that it goes by
 * @property {readonly string[]} packages Debian and Ubuntu packages that bring it, the preferred one first
 */

/** @type {readonly Program[]} */
export const programs = [
  { name: 'postgres', title: 'PostgreSQL', commands: ['postgres'], packages: ['postgresql-15', 'postgresql'] },
  { name: 'redis', title: 'Redis', commands: ['redis-server'], packages: ['redis-server'] },
  { name: 'rabbitmq', title: 'RabbitMQ', commands: ['rabbitmq-server'], packages: ['rabbitmq-server'] },
  {
    name: 'postgres-exporter',
    title: 'PostgreSQL exporter',
    commands: ['prometheus-postgres-exporter', 'postgres_exporter'],
    packages: ['prometheus-postgres-exporter'],
  },
  {
    name: 'redis-exporter',
    title: 'Redis exporter',
    commands: ['prometheus-redis-exporter', 'redis_exporter'],
    packages: ['prometheus-redis-exporter'],
  },
];

/**
 * Stands while the programs are being installed, and keeps PostgreSQL's packages from making a cluster meanwhile
 * (pg_createcluster(8)). Where it stands, a program that can be found need not be ready for use.
 */
export const installationMark = '/etc/postgresql-common/createcluster.d/alloy-verify.conf';

/**
 * Finds a program of the native stack on `path` and in Debian's places; undefined where the machine has none. PostgreSQL
 * counts only together with `initdb`; RabbitMQ is its start script, not Debian's wrapper, which changes user and directory.
 * @param {ProgramName} name
 * @param {string} path folders, as in `PATH`
 * @returns {string | undefined}
 */
export function findProgram(name, path) {
  const commands = programs.find((program) => program.name === name)?.commands ?? [];
  if (name === 'postgres') {
    return [...listDebianPostgresFolders(), ...listCommandFolders(path)]
      .map((folder) => join(folder, 'postgres'))
      .find((path) => isExecutable(path) && isExecutable(join(dirname(path), 'initdb')));
  }
  const folders = name === 'rabbitmq' ? ['/usr/lib/rabbitmq/bin'] : [];
  return [...folders, ...listCommandFolders(path)]
    .flatMap((folder) => commands.map((command) => join(folder, command)))
    .find(isExecutable);
}

/**
 * Finds a command in these folders; undefined where none has it.
 * @param {string} command
 * @param {string} path folders, as in `PATH`
 * @returns {string | undefined}
 */
export function findOnPath(command, path) {
  return splitPath(path)
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

/** @param {string} path */
function splitPath(path) {
  return path.split(delimiter).filter((folder) => folder !== '');
}

/** An ordinary user's PATH lacks the sbin folders, where Debian puts servers.
 * @param {string} path */
function listCommandFolders(path) {
  return [...splitPath(path), '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];
}

/** The newest version first. */
function listDebianPostgresFolders() {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
