import { expect, test } from 'vitest';
import { findForbiddenImports } from './find-forbidden-imports.ts';

const lists = `
# A comment
low:             # stands on nothing
high: low high/inner ./low/one.ts
high (tests): high/testing tools
high/inner: low(types) npm:vitest
tools:
`;

const exists = {
  'helpers/low/one.ts': '',
  'helpers/high/one.ts': '',
  'helpers/high/inner/one.ts': '',
  'helpers/high/testing/fixture.ts': '',
  'helpers/tools/one.ts': '',
};

test.each([
  ['an import that a list allows', 'high/new.ts', "import '../low/one.ts';"],
  ['an import within a folder', 'low/inner/new.ts', "export * from '../one.ts';"],
  ['a type where only types are allowed', 'high/inner/new.ts', "import { type A, type B } from '../../low/one.ts';"],
  ['a package that a line names', 'high/inner/new.ts', "import { test } from 'vitest';"],
  ['any package where no line names one', 'low/new.ts', "import 'node:fs';"],
  ['what only tests may import, in a test', 'high/new.test.ts', "import '../tools/one.ts';"],
  ['a testing folder, in a test', 'high/new.test.ts', "import './testing/fixture.ts';"],
  ['an import in a comment', 'low/new.ts', "/** See import('../high/one.ts') */"],
])('allows %s', (_, path, source) => {
  expect(findForbidden(path, source)).toEqual([]);
});

test.each([
  ['an import', "import { a } from '../high/one.ts';"],
  ['an import for its effect', "import '../high/one.ts';"],
  ['a type-only import', "import type { A } from '../high/one.ts';"],
  ['a re-export', "export { a } from '../high/one.ts';"],
  ['a re-export of types', "export type * from '../high/one.ts';"],
  ['a dynamic import', "export const a = import('../high/one.ts');"],
  ['an inline type', "export function f(a: ReadonlyArray<import('../high/one.ts').A>) {}"],
])('refuses %s that no list allows', (_, source) => {
  expect(findForbidden('low/new.ts', source)).toEqual([
    'helpers/low/new.ts:1 imports helpers/high/one.ts.\n' +
      '  helpers/low may import nothing: stands on nothing.\n' +
      '  The list is helpers/lint/may-import.txt:3.',
  ]);
});

test('refuses an inline type of a project file, in which biome would miss a cycle', () => {
  expect(findForbidden('high/new.ts', "export type A = import('../low/one.ts').A;")).toEqual([
    expect.stringContaining('Use `import type` at the top of the file'),
  ]);
});

test('refuses types that a JSDoc comment of JavaScript imports', () => {
  const source = "\n/** @param {import('../high/one.ts').A} a */\nexport function f(a) {}";
  expect(findForbidden('low/new.mjs', source)).toEqual([
    expect.stringMatching('^helpers/low/new.mjs:2 imports helpers/high/one.ts'),
  ]);
});

test('refuses a value where only types are allowed', () => {
  expect(findForbidden('high/inner/new.ts', "import { type A, b } from '../../low/one.ts';")).toEqual([
    expect.stringContaining('helpers/high/inner may import only its types.'),
  ]);
});

test('refuses a package that is missing from a line that names packages', () => {
  expect(findForbidden('high/inner/new.ts', "import 'node:fs';")).toEqual([
    expect.stringContaining('helpers/high/inner/new.ts:1 imports node:fs.'),
  ]);
});

test('refuses a test and a testing folder to what is no test', () => {
  expect(findForbidden('high/new.ts', "import './testing/fixture.ts';")).toEqual([
    expect.stringContaining('Only tests may import tests and testing folders.'),
  ]);
});

test.each(['unknown/new.ts', 'high/unknown/new.ts'])('refuses everything to %s, whose folder has no line', (path) => {
  expect(findForbidden(path, "import '../../helpers/low/one.ts'; import '../../low/one.ts';")).not.toEqual([]);
});

test('reports a name in the lists that does not exist', () => {
  expect(findForbiddenImports(new Map(), 'gone: lost')).toEqual([
    "helpers/lint/may-import.txt:1 names helpers/gone, which doesn't exist.",
    "helpers/lint/may-import.txt:1 names helpers/lost, which doesn't exist.",
  ]);
});

test('reports a file that cannot be parsed', () => {
  expect(findForbidden('low/new.ts', 'import {')).toEqual([
    expect.stringMatching("^helpers/low/new.ts can't be parsed: "),
  ]);
});

test.each([
  ['has another form', 'low otlp', 'may-import.txt:1 should be "FOLDER: TARGET …", and is: low otlp'],
  ['repeats an earlier one', 'low:\nlow: tls', 'may-import.txt:2 repeats an earlier line: low: tls'],
])('throws for a line that %s', (_, text, message) => {
  expect(() => findForbiddenImports(new Map(), text)).toThrow(message);
});

function findForbidden(path: string, source: string): readonly string[] {
  return findForbiddenImports(new Map(Object.entries({ ...exists, [`helpers/${path}`]: source })), lists);
}
