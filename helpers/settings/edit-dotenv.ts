import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

/** The project's file of variables. */
export const DOTENV: string = fileURLToPath(new URL('../../.env', import.meta.url));

/** A line of `.env` that changes: `before` is undefined for a new one. */
export type LineChange = { readonly before: string | undefined; readonly after: string };

/**
 * The text of a `.env` in which these variables have these values: their lines are replaced where they stand, new ones come at
 * the end, and every other line stays as it is; `before` is what it sets so far. Throws where the text can't be changed so, as a value of several lines may.
 */
export function editDotenv(
  text: string,
  values: Readonly<Record<string, string>>,
): { readonly text: string; readonly changes: readonly LineChange[]; readonly before: NodeJS.Dict<string> } {
  const before = parseEnv(text);
  const long = Object.keys(before).find((name) => before[name]?.includes('\n'));
  if (long !== undefined) throw new Error(`its value of ${long} has several lines`);
  const wanted = new Map(Object.entries(values).filter(([name, value]) => before[name] !== value));
  const changes: LineChange[] = [];
  const written = new Set<string>();
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/).map((line) => {
    const [, head = '', name = ''] = /^(\s*(?:export\s+)?)([A-Za-z_]\w*)\s*=/.exec(line) ?? [];
    const value = wanted.get(name);
    if (value === undefined) return line;
    const after = `${head}${name}=${value}`;
    written.add(name);
    if (after !== line) changes.push({ before: line, after });
    return after;
  });
  const added = [...wanted].filter(([name]) => !written.has(name)).map(([name, value]) => `${name}=${value}`);
  changes.push(...added.map((after) => ({ before: undefined, after })));
  if (added.length > 0) {
    const isOpen = lines.at(-1) === '';
    lines.splice(isOpen ? -1 : lines.length, 0, ...added);
    if (!isOpen) lines.push('');
  }
  const edited = lines.join(end);
  assertEdited(before, parseEnv(edited), values);
  return { text: edited, changes, before };
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
