import { lstatSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { DOTENV } from './edit-dotenv.ts';
import { SettingsError } from './settings-error.ts';

/** Variables by name, as a process is given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What Node reads of the environment itself, before anybody has read `.env`. */
const READ_BY_NODE = ['TMPDIR', 'NODE_COMPILE_CACHE', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'];

/** One entry, as `parseEnv` takes it: a quoted value may have several lines, and is followed by a comment at most. */
const ENTRY =
  /^[^\S\n]*(?:export[^\S\n]+)?[\w.-]+[^\S\n]*=[^\S\n]*(?:(?:"[^"]*"|'[^']*'|`[^`]*`)[^\S\n]*(?:#[^\n]*)?|[^"'`\s][^\n]*)?(?:\n|$)/;
const BLANK = /^[^\S\n]*(?:#[^\n]*)?(?:\n|$)/;

/**
 * The environment of this process over the project's `.env`, where there is one. Throws {@link SettingsError} for a `.env`
 * that can't be read, or of which a line would be ignored.
 */
export function readEnvironment(path: string = DOTENV): Environment {
  return { ...readDotenv(path), ...process.env };
}

/** Whether {@link readEnvironment} has this variable from `.env`. */
export function isFromDotenv(name: string, path: string = DOTENV): boolean {
  return process.env[name] === undefined && readDotenv(path)[name] !== undefined;
}

function readDotenv(path: string): Environment {
  const text = readText(path);
  const wrong = findWrongLines(text);
  if (wrong.length > 0) {
    const lines = wrong.length === 1 ? `line ${wrong[0]} is` : `the lines ${wrong.join(', ')} are`;
    throw new SettingsError(
      `${path} can't be read: ${lines} not NAME=value.`,
      'write each line as NAME=value, close what a quote opens, or begin the line with # to have it ignored.',
    );
  }
  const variables = parseEnv(text);
  const early = READ_BY_NODE.filter((name) => variables[name] !== undefined && process.env[name] === undefined);
  if (early.length > 0) {
    const names = early.join(' and ');
    throw new SettingsError(
      `${path} sets ${names}, which Node reads before any file.`,
      `set ${names} in the environment instead.`,
    );
  }
  return variables;
}

/** The text of a file without its byte order mark; empty where there is no file. */
function readText(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return '';
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n');
  } catch (error) {
    throw new SettingsError(
      `${path} can't be read: ${error instanceof Error ? error.message : error}`,
      'make it a file that you may read, or remove it.',
    );
  }
}

/** The lines, counted from 1, that are no entry, comment or blank line: `parseEnv` passes over those. */
function findWrongLines(text: string): number[] {
  const wrong: number[] = [];
  let line = 1;
  for (let rest = text; rest !== ''; ) {
    const found = BLANK.exec(rest) ?? ENTRY.exec(rest);
    if (found === null) wrong.push(line);
    const [taken] = found ?? /^[^\n]*\n?/.exec(rest) ?? [rest];
    line += taken.split('\n').length - 1;
    rest = rest.slice(taken.length);
  }
  return wrong;
}
