import { posix } from 'node:path';
import { type Permission, readAllowList } from './allow-list.ts';
import { type Arrow, findCycles } from './find-cycles.ts';
import { findEnvironmentReads } from './find-environment-reads.ts';
import { type Import, readImports } from './read-imports.ts';

/** Where the lists are, from the project's directory. */
export const ALLOW_LIST = 'helpers/lint/may-import.txt';

const relativePath = /^\.\.?\/[\w./-]+$/;
/** The module that is `process`, of which nothing else needs to be imported: `process` is known everywhere. */
const processModule = /^(node:)?process$/;
const packageName = /^(node:|@)?\w[\w.-]*(\/\w[\w.-]*)*$/;

/**
 * A message for each import that no list allows or that can't be checked, for each file that reads the environment and may
 * not, for each cycle, for each name in the lists that doesn't exist, and for each file in another language than the
 * project's. Empty when all is well.
 * @param files every file by its path from the project's directory; only code needs its text
 * @param allowList the text of `may-import.txt`
 */
export function findForbiddenImports(files: ReadonlyMap<string, string>, allowList: string): readonly string[] {
  const permissions = readAllowList(allowList);
  const messages: string[] = [];
  const arrows: Arrow[] = [];
  for (const [path, source] of files) {
    if (isForeign(path)) messages.push(`${path}: code of this project is in .ts and .mjs files.`);
    const misplaced = findMisplacement(path);
    if (misplaced !== undefined) messages.push(`${path}: ${misplaced}`);
    if (!isCode(path)) continue;
    const isWithoutEnvironment = !isTest(path) && !findPermission(path, permissions)?.mayReadEnvironment;
    try {
      for (const one of readImports(path, source)) {
        const { specifier, line, kind } = one;
        const target = resolveFile(path, specifier);
        const reason = refuse({ ...one, path, target }, files, permissions);
        const name = target ?? specifier ?? "something that can't be checked";
        if (reason !== undefined) messages.push(`${path}:${line} imports ${name}.\n  ${reason}`);
        // A program that is started has nothing to do with what loads first.
        if (target !== undefined && kind !== 'path') arrows.push({ path, line, target });
        if (isWithoutEnvironment && processModule.test(specifier ?? ''))
          messages.push(describeEnvironmentRead(path, line));
      }
      if (isWithoutEnvironment) {
        for (const line of findEnvironmentReads(path, source)) messages.push(describeEnvironmentRead(path, line));
      }
    } catch (error) {
      messages.push(`${path} can't be parsed: ${error instanceof Error ? error.message : error}`);
    }
  }
  const cycles = findCycles(arrows).map(describeCycle);
  return [...new Set(messages), ...cycles, ...findMissing([...files.keys()], permissions)];
}

function describeEnvironmentRead(path: string, line: number): string {
  return (
    `${path}:${line} reads the environment of the process.\n` +
    `  helpers/settings does so for the whole project; a program of its own is allowed to (environment) in ${ALLOW_LIST}.`
  );
}

/** Whether this is code of the project, by its name. */
export function isCode(path: string): boolean {
  return /\.(ts|mjs)$/.test(path);
}

function isForeign(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !isCode(path);
}

/** What the project's directory consists of, beside dotfiles. */
const TOP_LEVEL = [
  ...['phases', 'fixtures', 'helpers', 'grafana-alloy', 'reports'],
  ...['README.md', 'CHANGELOG.md', 'RUNTIME_CONFIG.md', 'LICENSE', 'docker-compose.test.yml'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'vitest.config.ts'],
];
/** Where code is: the type check looks nowhere else, and into no hidden folder below these. */
const CODE_PLACES = ['phases', 'fixtures', 'helpers', '.ci', 'vitest.config.ts'];

/** What a run takes for a spec. */
const phaseSpec = /^phases\/phase\d+-[\w-]+\.spec\.ts$/;

/** Why a file can't be where it is; undefined where it can. */
function findMisplacement(path: string): string | undefined {
  const [top = '', ...below] = path.split('/');
  if (!top.startsWith('.') && !TOP_LEVEL.includes(top)) {
    return `the project's directory has no ${top}: put it into phases, fixtures, helpers or grafana-alloy.`;
  }
  if (top === 'phases' && below.length > 0 && !phaseSpec.test(path) && !posix.basename(path).startsWith('.')) {
    return 'phases has only specs that a run finds, such as phase8-api-latency.spec.ts: put the rest into helpers.';
  }
  const isChecked = CODE_PLACES.includes(top) && !below.some((name) => name.startsWith('.'));
  return isCode(path) && !isChecked
    ? 'code is not type-checked there: put it into phases, fixtures or helpers.'
    : undefined;
}

function describeCycle(arrows: readonly Arrow[]): string {
  const steps = arrows.map(({ path, line, target }) => `\n  ${path}:${line} imports ${target}`);
  return `These files import each other in a cycle.${steps.join('')}`;
}

function findMissing(paths: readonly string[], permissions: readonly Permission[]): readonly string[] {
  const lines = new Map<string, number>();
  for (const { path, targets, line } of permissions) {
    for (const name of [path, ...targets.map((target) => target.path)]) {
      if (!lines.has(name) && !paths.some((existing) => contains(name, existing))) lines.set(name, line);
    }
  }
  return [...lines].map(([name, line]) => `${ALLOW_LIST}:${line} names ${name}, which doesn't exist.`);
}

/** The file that a relative specifier names, from the project's directory; undefined for a package. */
function resolveFile(path: string, specifier: string | undefined): string | undefined {
  if (specifier === undefined || !relativePath.test(specifier)) return undefined;
  return posix.join(posix.dirname(path), specifier);
}

/** Why an import isn't allowed and what to do; undefined when it is allowed. */
function refuse(
  { path, specifier, target, kind }: Import & { readonly path: string; readonly target: string | undefined },
  files: ReadonlyMap<string, string>,
  permissions: readonly Permission[],
): string | undefined {
  const forTests = isTest(path) ? permissions.filter((one) => one.isForTests && contains(one.path, path)) : [];
  const [own, ...more] = [findPermission(path, permissions) ?? [], forTests].flat();
  if (own === undefined) {
    return `${posix.dirname(path)} has no line in ${ALLOW_LIST}, so it may import nothing. Add a line for it.`;
  }
  const lines = [own, ...more];
  if (specifier === undefined) {
    return lines.some((one) => one.mayCompute)
      ? undefined
      : 'Write the path as a string; do without `require`, `eval`, global declarations, and what loads files by other means,\n' +
          `  such as \`fork\`, \`Worker\` and \`register\`. Or allow this file (computed) in ${ALLOW_LIST}.`;
  }
  if (target === undefined) return refusePackage(specifier, lines);
  if (!files.has(target)) return "It doesn't exist.";
  if (!isCode(target) && posix.extname(target) !== '.json') return 'It is not a .ts, .mjs or .json file.';
  if (isTest(target) && !isTest(path)) return 'Only tests may import tests and testing folders.';
  if (own === findPermission(target, permissions)) return undefined;
  const closed = permissions.find(({ path, isClosed }) => isClosed && contains(path, target));
  const matching = lines.flatMap(({ targets }) =>
    targets.filter((one) => contains(one.path, target) && (closed === undefined || contains(closed.path, one.path))),
  );
  if (matching.some((one) => one.kind === 'file' || one.kind === kind)) return undefined;
  const [limit] = matching;
  if (limit === undefined) return explain(own);
  const what = limit.kind === 'types' ? 'import only its types' : 'start it as a program only, by its path';
  return `${own.path} may ${what}. ${explain(own)}`;
}

function refusePackage(name: string, lines: readonly Permission[]): string | undefined {
  if (!packageName.test(name)) return 'Name a package, or a file by its relative path without a query or escapes.';
  const [own] = lines;
  if (own?.packages === undefined || lines.some(({ packages }) => packages?.includes(name))) return undefined;
  return explain(own);
}

function explain({ path, text, reason, line }: Permission): string {
  const why = reason === '' ? '' : `: ${reason}`;
  return `${path} may import ${text}${why}.\n  The list is ${ALLOW_LIST}:${line}.`;
}

/** The line that covers a file. A folder's line doesn't cover its subfolders when one of them has a line of its own. */
function findPermission(path: string, permissions: readonly Permission[]): Permission | undefined {
  const lines = permissions.filter((one) => !one.isForTests);
  const closest = lines.reduce<Permission | undefined>(
    (found, one) => (contains(one.path, path) && one.path.length > (found?.path.length ?? 0) ? one : found),
    undefined,
  );
  if (closest === undefined || !posix.relative(closest.path, path).includes('/')) return closest;
  return lines.some((one) => one.path.startsWith(`${closest.path}/`) && !isCode(one.path)) ? undefined : closest;
}

function contains(folderOrFile: string, path: string): boolean {
  return path === folderOrFile || path.startsWith(`${folderOrFile}/`);
}

function isTest(path: string): boolean {
  return /\.test\.ts$|(^|\/)testing(\/|\.ts$)/.test(path);
}
