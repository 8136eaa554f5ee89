import { buildLabels, getLabel, type Labels, listLabels } from '../store/labels.ts';

/** The fields that hold a level, in the order in which Loki looks for them. */
const LEVEL_FIELDS = [
  'level',
  'LEVEL',
  'Level',
  'log.level',
  'severity',
  'SEVERITY',
  'Severity',
  'SeverityText',
  'lvl',
  'LVL',
  'Lvl',
  'severity_text',
  'Severity_Text',
  'SEVERITY_TEXT',
];

const LEVELS: ReadonlyMap<string, string> = new Map([
  ...['trace', 'trc'].map((word) => [word, 'trace'] as const),
  ...['debug', 'dbg'].map((word) => [word, 'debug'] as const),
  ...['info', 'inf', 'information'].map((word) => [word, 'info'] as const),
  ...['warn', 'wrn', 'warning'].map((word) => [word, 'warn'] as const),
  ...['error', 'err'].map((word) => [word, 'error'] as const),
  ...['critical', 'fatal'].map((word) => [word, word] as const),
]);

/** The levels by severity number, four numbers each (OpenTelemetry, "Logs Data Model", "Field: SeverityNumber"). */
const BY_NUMBER = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
/** How deep Loki looks for a level field in a line of JSON: in the object, and in the objects inside it. */
const MAX_DEPTH = 2;
/** A level between the characters that Loki takes for the ends of a word: `misc:error` is none, `error: x` is one. */
const WORD = /(?<=^|[ \t\n"'([{|=])(trace|debug|fatal|critical|error|err|warning|warn|info)(?=$|[ \t\n!"'(),:[\]{|}=])/;

const DETECTED_LEVEL = 'detected_level';

/**
 * The metadata of an entry with its `detected_level`, as Loki 3 detects it: from a label of its stream, from its metadata,
 * from the severity number, then from its line. The value of a level field is kept even if it is no known level.
 */
export function addLevel(labels: Labels, metadata: Labels, line: string): Labels {
  return buildLabels([...listLabels(metadata), [DETECTED_LEVEL, detectLevel(labels, metadata, line)]]);
}

function detectLevel(labels: Labels, metadata: Labels, line: string): string {
  const given = getLabel(metadata, DETECTED_LEVEL) || findLevelField(labels) || findLevelField(metadata);
  if (given !== '') return LEVELS.get(given.toLowerCase()) ?? given;
  const number = getLabel(metadata, 'severity_number');
  if (number !== '') return BY_NUMBER[Math.ceil(Number(number) / 4) - 1] ?? 'unknown';
  return detectInLine(line);
}

function findLevelField(labels: Labels): string {
  return LEVEL_FIELDS.map((name) => getLabel(labels, name)).find((value) => value !== '') ?? '';
}

function detectInLine(line: string): string {
  const written = /^\s*\{.*\}\s*$/s.test(line) ? findInJson(line) : findInLogfmt(line);
  const level = LEVELS.get((written ?? '').toLowerCase());
  return level ?? LEVELS.get(WORD.exec(line.toLowerCase())?.[1] ?? '') ?? 'unknown';
}

/** The first level field that is a string. */
function findInJson(line: string): string | undefined {
  try {
    return findInObject(JSON.parse(line), MAX_DEPTH);
  } catch {
    return undefined;
  }
}

function findInObject(value: unknown, depth: number): string | undefined {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && LEVEL_FIELDS.includes(name)) return inner;
    const found = findInObject(inner, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The level field that comes first in the list, in any case of its letters. */
function findInLogfmt(line: string): string | undefined {
  if (!line.includes('=')) return undefined;
  const fields = new Map<string, string>();
  // A name begins where a word does: tried at each of its characters, a long word without `=` would take a minute.
  for (const [, name = '', quoted, bare = ''] of line.matchAll(
    /(?<![^\s="])([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))/g,
  )) {
    fields.set(name.toLowerCase(), quoted ?? bare);
  }
  return LEVEL_FIELDS.map((name) => fields.get(name.toLowerCase())).find((value) => value !== undefined);
}
