/** What a run judged when all criteria last held, so that one that fails can say what has changed since. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { Milliseconds } from '../otlp/ids.ts';
import { ROOT } from '../settings/settings.ts';
import type { Run } from './run.ts';

/** The file, which git ignores; it has hashes only, as a configuration may have secrets. */
export const LAST_PASSED_FILE: string = join(ROOT, 'reports', 'last-passed.json');

/** The services of the application, as far as they are known here. */
const SERVICES = join(ROOT, 'fixtures', 'services');
const MAX_FILES = 1000;
/** A configuration that differs in more lines is another one. */
const MAX_LINES = 20;

const Passed = z.object({
  schema: z.literal(1),
  time: z.number(),
  salt: z.string(),
  /** The path of the configuration, hashed like its lines; and the services' files by path. */
  configuration: z.string(),
  lines: z.array(z.string()),
  files: z.record(z.string(), z.string()),
});
type Passed = z.infer<typeof Passed>;

/** What is not as it was when all criteria last held. */
export type Changes = {
  /** When that was, in milliseconds since the epoch. */
  readonly since: Milliseconds;
  /** The lines of the configuration that are new or changed, with what stands before `=` or `{` there, and how many are gone. */
  readonly configuration?: {
    readonly file: string;
    readonly lines: readonly { readonly line: number; readonly name: string }[];
    readonly gone: number;
  };
  /** The files of services, from the project's directory. */
  readonly files: readonly string[];
};

/** Keeps what this run judged: all its criteria have held. */
export async function keepPassed({ alloy }: Pick<Run, 'alloy'>, file: string = LAST_PASSED_FILE): Promise<void> {
  const salt = randomBytes(16).toString('hex');
  const passed: Passed = {
    schema: 1,
    time: Date.now(),
    salt,
    configuration: hash(salt, alloy.config),
    lines: (await readLines(alloy.config)).map((line) => hash(salt, line)),
    files: await hashServices(salt),
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(passed));
  await rename(`${file}.new`, file);
}

/** What has changed since all criteria held; undefined where nothing has, or where that is not known. */
export async function findChanges(
  { alloy }: Pick<Run, 'alloy'>,
  file: string = LAST_PASSED_FILE,
): Promise<Changes | undefined> {
  const passed = await readPassed(file);
  if (passed === undefined) return undefined;
  const { salt, time } = passed;
  const known = count(passed.lines);
  const lines = (await readLines(alloy.config)).flatMap((text, index) =>
    take(known, hash(salt, text)) ? [] : [{ line: index + 1, name: nameLine(text) }],
  );
  const gone = [...known.values()].reduce((sum, left) => sum + left, 0);
  // Another file differs from it wherever it does.
  const isKnown = passed.configuration === hash(salt, alloy.config) && Math.max(lines.length, gone) <= MAX_LINES;
  const now = await hashServices(salt);
  const paths = [...new Set([...Object.keys(passed.files), ...Object.keys(now)])].sort();
  const files = paths.filter((path) => passed.files[path] !== now[path]);
  const isChanged = isKnown && lines.length + gone > 0;
  if (!isChanged && files.length === 0) return undefined;
  return {
    since: time,
    ...(isChanged && { configuration: { file: shorten(alloy.config), lines, gone } }),
    files: files.slice(0, MAX_LINES),
  };
}

async function readPassed(file: string): Promise<Passed | undefined> {
  try {
    return Passed.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    // Nothing has passed yet.
    return undefined;
  }
}

function shorten(path: string): string {
  const short = relative(ROOT, path);
  return short.startsWith('..') ? path : short;
}

/** Without what does not change what a configuration does. */
async function readLines(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').map((line) => (/^\s*\/\//.test(line) ? '' : line.trim().replaceAll(/\s+/g, ' ')));
}

/** Values may be secret, names are not. */
function nameLine(text: string): string {
  return /^[\w."\- ]+?(?=\s*[={])/.exec(text)?.[0].trim() ?? '';
}

async function hashServices(salt: string): Promise<Record<string, string>> {
  const entries = await readdir(SERVICES, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sources = paths.filter((path) => !/\.test\.ts$|\/testing\//.test(path)).slice(0, MAX_FILES);
  const hashed = sources.map(async (path) => [relative(ROOT, path), hash(salt, await readFile(path, 'utf8'))] as const);
  return Object.fromEntries(await Promise.all(hashed));
}

function hash(salt: string, text: string): string {
  return text === '' ? '' : createHash('sha256').update(salt).update(text).digest('base64url');
}

/** How often each line is there; empty ones say nothing. */
function count(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) if (line !== '') counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Takes one of a line out of those that are left; false if there is none. */
function take(left: Map<string, number>, line: string): boolean {
  if (line === '') return true;
  const number = left.get(line) ?? 0;
  left.set(line, Math.max(0, number - 1));
  return number > 0;
}
