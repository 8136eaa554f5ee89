// What this machine has, as far as it can be seen without any npm package.

import { existsSync } from 'node:fs';
import { howToInstall } from './how-to-install.mjs';
import { nodePackagesState } from './node-packages.mjs';
import { findProgram, programs } from './programs.mjs';

/**
 * @typedef {object} Row one line of the doctor's table
 * @property {string} what
 * @property {'ok' | 'missing' | 'absent'} state `missing` is needed by the run that would be chosen, `absent` is not
 * @property {string} found
 * @property {string} [todo] what installs it, where it is missing
 */

/**
 * Node and the npm packages.
 * @param {string} root the project's directory
 * @returns {Row[]}
 */
export function packageRows(root) {
  const state = nodePackagesState(root);
  return [
    { what: 'Node', state: 'ok', found: `${process.version.padEnd(12)} ${process.execPath}` },
    state === 'present'
      ? { what: 'npm packages', state: 'ok', found: 'as package-lock.json says' }
      : {
          what: 'npm packages',
          state: 'missing',
          found: state === 'missing' ? 'none' : 'other versions than in package-lock.json',
          todo: '`npm run verify` installs them',
        },
  ];
}

/**
 * The programs of the native stack, with the one command that installs all that are missing.
 * @param {string} path folders, as in `PATH`
 * @param {readonly import('./programs.mjs').ProgramName[]} needed by the run that would be chosen
 * @returns {Row[]}
 */
export function programRows(path, needed) {
  const missing = programs.filter(({ name }) => needed.includes(name) && findProgram(name, path) === undefined);
  return programs.map((program) => {
    const found = findProgram(program.name, path);
    if (found !== undefined) return { what: program.title, state: 'ok', found };
    if (!missing.includes(program)) return { what: program.title, state: 'absent', found: 'none' };
    if (canInstallPrograms()) {
      return { what: program.title, state: 'missing', found: 'none', todo: '`npm run verify` installs it' };
    }
    const todo = program === missing.at(-1) ? { todo: howToInstall(missing) } : {};
    return { what: program.title, state: 'missing', found: 'none', ...todo };
  });
}

/** Whether set-up may install operating-system packages here: as root, where apt-get is. */
export function canInstallPrograms() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * The rows as lines of a table; what to do stands below its row.
 * @param {readonly Row[]} rows
 * @returns {string}
 */
export function table(rows) {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const marks = { ok: '✓', missing: '✗', absent: '·' };
  const lines = rows.flatMap(({ what, state, found, todo }) => [
    `  ${marks[state]} ${what.padEnd(width)}  ${found}`,
    ...(todo === undefined
      ? []
      : todo.split('\n').map((line, index) => `    ${' '.repeat(width)}  ${index === 0 ? '→' : ' '} ${line.trim()}`)),
  ]);
  return `${lines.join('\n')}\n`;
}
