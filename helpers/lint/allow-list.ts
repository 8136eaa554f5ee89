import { posix } from 'node:path';
import type { ImportKind } from './read-imports.ts';

/** One line of `may-import.txt`: what a folder, or one file, may import besides itself. */
export type Permission = {
  /** From the project's directory: `helpers/emit`, `vitest.config.ts`. */
  readonly path: string;
  /** Whether the line is for the folder's tests only. */
  readonly isForTests: boolean;
  readonly targets: readonly Target[];
  /** The only packages it may import, empty for none; undefined for all of them and Node's modules. */
  readonly packages: readonly string[] | undefined;
  /** Whether it may compute the path of an import, or load files by other means. */
  readonly mayCompute: boolean;
  /** Whether it may read the environment of its process. */
  readonly mayReadEnvironment: boolean;
  /** Whether it is for those alone that name it, or something in it: the name of a folder around it does not include it. */
  readonly isClosed: boolean;
  /** The targets as written. */
  readonly text: string;
  readonly reason: string;
  /** Counted from 1. */
  readonly line: number;
};

/** A folder with everything below it, or one file, and what may be imported of it. `file` includes the others. */
export type Target = { readonly path: string; readonly kind: ImportKind };

const packagePrefix = 'npm:';
const suffixes = { types: '(types)', path: '(program)' } as const;
const computedWord = '(computed)';
const environmentWord = '(environment)';
const closedWord = '(closed)';
const flags = [computedWord, environmentWord, closedWord];
const form = /^(?<name>[^\s:]+)(?<tests> \(tests\))?:(?<targets>[^#]*)(#\s*(?<reason>.*))?$/;

/**
 * Reads the text of `may-import.txt`; its first lines describe the form. Throws an `Error` that gives the line number
 * when a line has another form or repeats an earlier one.
 */
export function readAllowList(text: string): readonly Permission[] {
  const permissions: Permission[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const permission = readLine(line, index + 1);
    const { path, isForTests } = permission;
    if (permissions.some((one) => one.path === path && one.isForTests === isForTests)) {
      throw new Error(`may-import.txt:${index + 1} repeats an earlier line: ${line}`);
    }
    permissions.push(permission);
  }
  return permissions;
}

function readLine(text: string, line: number): Permission {
  const { name, tests, targets, reason = '' } = text.match(form)?.groups ?? {};
  if (name === undefined || targets === undefined) {
    throw new Error(`may-import.txt:${line} should be "FOLDER: TARGET …", and is: ${text}`);
  }
  const words = targets.split(' ').filter((word) => word !== '');
  const packages = words.filter((word) => word.startsWith(packagePrefix));
  const names = words.filter((word) => !packages.includes(word) && !flags.includes(word));
  return {
    path: resolveName(name),
    isForTests: tests !== undefined,
    targets: names.map((word) => readTarget(word, name)),
    packages: packages.length === 0 ? undefined : packages.map((word) => word.slice(packagePrefix.length)),
    mayCompute: words.includes(computedWord),
    mayReadEnvironment: words.includes(environmentWord),
    isClosed: words.includes(closedWord),
    text: words.length === 0 ? 'nothing' : words.join(' '),
    reason,
    line,
  };
}

function readTarget(word: string, folder: string): Target {
  const kind = word.endsWith(suffixes.types) ? 'types' : word.endsWith(suffixes.path) ? 'path' : 'file';
  const name = kind === 'file' ? word : word.slice(0, -suffixes[kind].length);
  const path = name.startsWith('./') ? posix.join(posix.dirname(resolveName(folder)), name) : resolveName(name);
  return { path, kind };
}

function resolveName(name: string): string {
  return name.startsWith('/') ? name.slice(1) : `helpers/${name}`;
}
