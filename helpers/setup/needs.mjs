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
 * The programs of the native stack that a run with these arguments starts: none where the stack is not native or only
 * help is asked for, those of the named phases where nothing but phases is named, else all. A real Alloy has the
 * exporters built in.
 * @param {readonly string[]} args arguments after the target's name
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {ProgramName[]}
 */
export function neededPrograms(args, environment = process.env) {
  if (environment.STACK === 'external' || environment.STACK === 'containers') return [];
  if (args.some((arg) => ['-h', '--help', '-v', '--version'].includes(arg))) return [];
  const words = args.filter((arg) => arg !== 'run' && !arg.startsWith('-'));
  const phases = words.map((word) => /phase(\d)/.exec(word)?.[1]);
  const named = words.length > 0 && phases.every((phase) => phase !== undefined);
  const needed = new Set(named ? phases.flatMap((phase) => programsOfPhase[phase ?? ''] ?? all) : all);
  return all.filter((name) => needed.has(name) && !(name.endsWith('-exporter') && runsRealAlloy(environment)));
}

/** @param {NodeJS.ProcessEnv} environment */
function runsRealAlloy(environment) {
  const choice = environment.ALLOY;
  if (choice !== undefined && choice !== '') return choice !== 'embedded';
  return (environment.ALLOY_BIN ?? '') !== '' || findOnPath('alloy', environment) !== undefined;
}
