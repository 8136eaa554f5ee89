// Which programs of the native stack a command line needs: set-up installs those, and no others.

import { findOnPath } from './programs.mjs';

/** @typedef {import('./programs.mjs').ProgramName} ProgramName */

/** @type {Readonly<Record<string, readonly ProgramName[]>>} */
const programsOfPhase = {
  1: [],
  2: ['postgres', 'postgres-exporter'],
  3: ['redis', 'redis-exporter'],
  7: ['rabbitmq'],
};

/** @type {readonly ProgramName[]} */
const all = ['postgres', 'redis', 'rabbitmq', 'postgres-exporter', 'redis-exporter'];

/**
 * The programs of the native stack that a run with these arguments starts: those of the named phases where nothing but
 * phases is named, else all; none where only help is asked for, or where the stack is not native, unless unit tests are
 * run, which start real servers in every world. A real Alloy has the exporters built in.
 * @param {readonly string[]} args arguments after the target's name; of vitest the first is `run`
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {ProgramName[]}
 */
export function neededPrograms(args, environment = process.env) {
  if (args.some((arg) => ['-h', '--help', '-v', '--version'].includes(arg))) return [];
  const { projects, words } = read(args);
  const phases = words.map((word) => /phase(\d)/.exec(word)?.[1]);
  const named = words.length > 0 && phases.every((phase) => phase !== undefined);
  const hasUnitTests = args[0] === 'run' && !named && (projects.length === 0 || projects.includes('unit'));
  const isNative = environment.STACK !== 'external' && environment.STACK !== 'containers';
  if (!isNative && !hasUnitTests) return [];
  const needed = new Set(named ? phases.flatMap((phase) => programsOfPhase[phase ?? ''] ?? all) : all);
  return all.filter((name) => needed.has(name) && !(name.endsWith('-exporter') && runsRealAlloy(environment)));
}

/**
 * The projects that are chosen, and the words that choose files.
 * @param {readonly string[]} args
 */
function read(args) {
  /** @type {string[]} */
  const projects = [];
  /** @type {string[]} */
  const words = [];
  args.forEach((arg, index) => {
    if (arg.startsWith('--project=')) projects.push(arg.slice('--project='.length));
    else if (args[index - 1] === '--project') projects.push(arg);
    else if (arg !== 'run' && !arg.startsWith('-')) words.push(arg);
  });
  return { projects, words };
}

/** @param {NodeJS.ProcessEnv} environment */
function runsRealAlloy(environment) {
  const choice = environment.ALLOY;
  if (choice !== undefined && choice !== '') return choice !== 'embedded';
  return (environment.ALLOY_BIN ?? '') !== '' || findOnPath('alloy', environment) !== undefined;
}
