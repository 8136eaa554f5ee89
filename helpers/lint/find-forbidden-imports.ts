import { posix } from 'node:path';
import { type Permission, readAllowList } from './allow-list.ts';
import { type Import, readImports } from './read-imports.ts';

/** Where the lists are, from the project's directory. */
export const ALLOW_LIST = 'helpers/lint/may-import.txt';

/**
 * A message for each import that no list allows, and for each name in the lists that doesn't exist. Empty when all is
 * well.
 * @param sources every source file by its path from the project's directory
 * @param allowList the text of `may-import.txt`
 */
export function findForbiddenImports(sources: ReadonlyMap<string, string>, allowList: string): readonly string[] {
  const permissions = readAllowList(allowList);
  const forbidden = [...sources].flatMap(([path, source]) => checkFile(path, source, permissions));
  return [...forbidden, ...findMissing([...sources.keys()], permissions)];
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

function checkFile(path: string, source: string, permissions: readonly Permission[]): readonly string[] {
  let imports: readonly Import[];
  try {
    imports = readImports(path, source);
  } catch (error) {
    return [`${path} can't be parsed: ${error instanceof Error ? error.message : error}`];
  }
  return imports.flatMap(({ specifier, line, isType, isInline }) => {
    const isLocal = specifier.startsWith('.');
    const target = isLocal ? posix.join(posix.dirname(path), specifier) : specifier;
    const reason = isLocal
      ? (refuseFile({ path, target, isType }, permissions) ?? refuseInline(isInline))
      : refusePackage(specifier, findPermission(path, permissions));
    return reason === undefined ? [] : [`${path}:${line} imports ${target}.\n  ${reason}`];
  });
}

type Arrow = { readonly path: string; readonly target: string; readonly isType: boolean };

/** Why an import isn't allowed and what to do; undefined when it is allowed. */
function refuseFile({ path, target, isType }: Arrow, permissions: readonly Permission[]): string | undefined {
  if (!isCode(target)) return undefined;
  if (isTest(target) && !isTest(path)) return 'Only tests may import tests and testing folders.';
  const forTests = isTest(path) ? permissions.filter((one) => one.isForTests && contains(one.path, path)) : [];
  const own = findPermission(path, permissions) ?? forTests[0];
  if (own === undefined) {
    return `${posix.dirname(path)} has no line in ${ALLOW_LIST}, so it may import nothing. Add a line for it.`;
  }
  if (own === findPermission(target, permissions)) return undefined;
  const matching = [own, ...forTests].flatMap(({ targets }) => targets.filter((one) => contains(one.path, target)));
  if (matching.some((one) => isType || !one.isForTypes)) return undefined;
  return matching.length > 0 ? `${own.path} may import only its types. ${explain(own)}` : explain(own);
}

function refuseInline(isInline: boolean): string | undefined {
  return isInline ? 'Use `import type` at the top of the file: cycles of inline types go unnoticed.' : undefined;
}

function refusePackage(name: string, own: Permission | undefined): string | undefined {
  if (own?.packages === undefined || own.packages.includes(name)) return undefined;
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

function isCode(path: string): boolean {
  return /\.(ts|mts|mjs|js)$/.test(path);
}

function isTest(path: string): boolean {
  return /\.test\.ts$|(^|\/)testing(\/|\.ts$)/.test(path);
}
