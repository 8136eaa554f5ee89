import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

/** The project's file of variables. */
export const DOTENV: string = fileURLToPath(new URL('../../.env', import.meta.url));

/** A line of `.env` that changes: the value that it has, undefined for a new line, and the line that it becomes. */
export type LineChange = { readonly name: string; readonly before: string | undefined; readonly after: string };

/**
 * A `.env` in which these variables have these values: they are replaced where they stand, new lines come at the end, and every
 * other byte stays as it is, in whatever encoding, comments behind a value included; `before` is what it sets so far. Throws where it can't be changed so, as
 * a value of several lines may.
 */
export function editDotenv(
  file: Buffer,
  values: Readonly<Record<string, string>>,
): { readonly file: Buffer; readonly changes: readonly LineChange[]; readonly before: NodeJS.Dict<string> } {
  // A character for each byte, whatever the encoding.
  const text = file.toString('latin1');
  const before = parse(text);
  const long = Object.keys(before).find((name) => before[name]?.includes('\n'));
  if (long !== undefined) throw new Error(`its value of ${long} has several lines`);
  const wanted = new Map(Object.entries(values).filter(([name, value]) => before[name] !== value));
  const changes: LineChange[] = [];
  const written = new Set<string>();
  const lines = text.split(/(?<=\n)/).map((line) => {
    const [, head = '', name = '', rest = '', end = ''] = LINE.exec(line) ?? [];
    const value = wanted.get(name);
    if (value === undefined) return line;
    written.add(name);
    const old = parse(line)[name];
    if (old !== value) changes.push({ name, before: old, after: `${name}=${value}` });
    return `${head}${name}=${value}${COMMENT.exec(rest)?.[2] ?? ''}${end}`;
  });
  const last = lines.at(-1) ?? '';
  const end = text.endsWith('\r\n') ? '\r\n' : '\n';
  const added = [...wanted].filter(([name]) => !written.has(name));
  changes.push(...added.map(([name, value]) => ({ name, before: undefined, after: `${name}=${value}` })));
  if (added.length > 0 && last !== '' && last !== MARK && !last.endsWith('\n')) lines.push(end);
  lines.push(...added.map(([name, value]) => `${name}=${value}${end}`));
  const edited = lines.join('');
  assertEdited(before, parse(edited), values);
  return { file: Buffer.from(edited, 'latin1'), changes, before };
}

/** The byte order mark of UTF-8, a character for each byte. */
const MARK = '\u00ef\u00bb\u00bf';
const LINE = /^((?:\u00ef\u00bb\u00bf)?[^\S\n]*(?:export[^\S\n]+)?)([A-Za-z_]\w*)[^\S\n]*=(.*?)(\r?\n|$)/;
/** Behind a value, quoted or not. Without a space in front of it, docker compose takes it as a part of the value. */
const COMMENT = /^[ \t]*(?:(["'`]).*?\1|[^\s"'`#].*?)?([ \t]+#.*)$/;

function parse(text: string): NodeJS.Dict<string> {
  return parseEnv((text.startsWith(MARK) ? text.slice(MARK.length) : text).replaceAll('\r\n', '\n'));
}

/** A value of several lines may hold what looks like a line of its own. */
function assertEdited(
  before: NodeJS.Dict<string>,
  after: NodeJS.Dict<string>,
  values: Readonly<Record<string, string>>,
): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(values)])) {
    if (after[name] !== (values[name] ?? before[name]))
      throw new Error(`its line of ${name} can't be told from others`);
  }
}
