/** The files that a program of this project needs to run elsewhere: source files and npm packages. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-fs';
import { ROOT } from '../settings/settings.ts';

/** An npm package as package-lock.json records it; `integrity` is the digest of its content. */
export type LockedPackage = {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** What a program needs: files, as paths from the project's root, and packages by the paths of their directories. */
export type ProjectClosure = {
  readonly files: readonly string[];
  readonly packages: ReadonlyMap<string, LockedPackage>;
};

/**
 * Everything that is needed to run these files, or any file in these folders, as paths from the project's root: source
 * files, and the directories of npm packages with their dependencies. Tests are left out.
 */
export async function projectFiles(entries: readonly string[]): Promise<string[]> {
  const { files, packages } = findClosure(entries);
  const directories = [...packages.keys()];
  // A package's directory contains the packages that are installed inside it.
  const outermost = directories.filter((path) => !directories.some((other) => path.startsWith(`${other}/`)));
  return [...files, ...outermost].sort();
}

/** The same, with each package's entry in package-lock.json. */
export function findClosure(entries: readonly string[]): ProjectClosure {
  // Node reads there that the files are ES modules.
  const files = new Set<string>(['package.json']);
  const names = new Set<string>();
  const visit = (path: string) => {
    const name = relative(ROOT, path);
    if (files.has(name) || name.startsWith('..') || name.startsWith('node_modules')) return;
    files.add(name);
    if (!/\.[cm]?[jt]s$/.test(path)) return;
    for (const { specifier, url } of readSpecifiers(readFileSync(path, 'utf8'))) {
      if (/^\.\.?\//.test(specifier)) {
        const target = resolve(dirname(path), specifier);
        if (statSync(target, { throwIfNoEntry: false })?.isFile()) visit(target);
      } else if (!url && !isBuiltin(specifier)) {
        names.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
      }
    }
  };
  for (const entry of entries) for (const path of filesUnder(resolve(ROOT, entry))) visit(path);
  return { files: [...files].sort(), packages: findPackages(names) };
}

/**
 * A tar stream of these paths of the project, directories with everything in them, under `prefix`: owned by root, readable
 * by all. Files that only people and debuggers read are left out.
 */
export function packFiles(paths: readonly string[], prefix: string): Readable {
  const stream = pack(ROOT, {
    entries: [...paths],
    ignore: (path) => /\.(?:map|md|markdown|d\.[cm]?ts)$/i.test(path),
    map: (header) => ({ ...ownedByRoot(header), name: join(prefix, header.name).replace(/^\/+/, '') }),
  });
  return Readable.from(stream);
}

/** The header of a tar entry with root as its owner, and with permissions that don't depend on the umask. */
export function ownedByRoot<T extends { type?: string | null; mode?: number }>(
  header: T,
): T & { uid: number; gid: number; uname: string; gname: string; mode: number } {
  const executable = header.type === 'directory' || ((header.mode ?? 0) & 0o100) !== 0;
  return { ...header, mode: executable ? 0o755 : 0o644, uid: 0, gid: 0, uname: 'root', gname: 'root' };
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : filesUnder(join(path, entry.name));
    return /\.(?:test|spec)\.[cm]?[jt]s$/.test(entry.name) ? [] : [join(path, entry.name)];
  });
}

const importing =
  /(?:^|[;}\s])(?:import|export)\s+(?!type\s)(?:[^'"`;()]*?\sfrom\s*)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)|\brequire(?:\.resolve)?\(\s*['"]([^'"\n]+)['"]\s*\)|\bnew URL\(\s*['"]([^'"\n]+)['"]\s*,\s*import\.meta\.url/g;

/** What a source file refers to. A comment that looks like an import does no harm: files that don't exist are ignored. */
function* readSpecifiers(source: string): Generator<{ specifier: string; url: boolean }> {
  for (const [, from, dynamic, required, url] of source.matchAll(importing)) {
    const specifier = from ?? dynamic ?? required ?? url;
    if (specifier !== undefined) yield { specifier, url: url !== undefined };
  }
}

/** The entry in package-lock.json of a direct dependency. Throws when there is none of that name. */
export function lockedPackage(name: string): LockedPackage {
  const entry = readLock()[`node_modules/${name}`];
  if (entry === undefined) throw new Error(`package-lock.json has no package ${name}`);
  return entry;
}

function readLock(): Record<string, LockedPackage> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return packages;
}

function findPackages(names: ReadonlySet<string>): Map<string, LockedPackage> {
  const locked = readLock();
  const found = new Map<string, LockedPackage>();
  const add = (name: string, from: string) => {
    // They contain only types.
    if (name.startsWith('@types/')) return;
    const path = findInstalled(name, from, locked);
    const entry = path === undefined ? undefined : locked[path];
    // Optional packages may be for another platform, and peer packages may not be installed.
    if (path === undefined || entry === undefined || found.has(path) || !existsSync(join(ROOT, path))) return;
    found.set(path, entry);
    const needed = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies };
    for (const other of Object.keys(needed)) add(other, path);
  };
  for (const name of names) add(name, '');
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where Node finds a package that the one at `from` imports: in the nearest `node_modules` above it. */
function findInstalled(name: string, from: string, locked: Readonly<Record<string, unknown>>): string | undefined {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1))) {
    const path = join(place, 'node_modules', name);
    if (Object.hasOwn(locked, path)) return path;
    if (place === '') return undefined;
  }
}
