import { expect, test } from 'vitest';
import { findForbiddenImports } from './find-forbidden-imports.ts';

const lists = `
# A comment
low:             # stands on nothing
high: low high/inner ./low/one.ts
high (tests): high/testing tools /package.json
high/inner: low(types) npm:vitest
high/loader.ts: (computed)
high/program.ts: (environment)
tools/closed.ts: (closed)
high/reader.ts: tools/closed.ts
high/starter.ts: low/one.ts(program)
tools:
`;

const exists = {
  'package.json': '',
  'helpers/low/one.ts': '',
  'helpers/high/one.ts': '',
  'helpers/high/loader.ts': '',
  'helpers/high/program.ts': '',
  'helpers/high/data.json': '',
  'helpers/low/data': '',
  'helpers/high/inner/one.ts': '',
  'helpers/high/testing/fixture.ts': '',
  'helpers/tools/one.ts': '',
  'helpers/tools/closed.ts': '',
  'helpers/high/reader.ts': '',
  'helpers/high/starter.ts': '',
};

test.each([
  ['an import that a list allows', 'high/new.ts', "import '../low/one.ts';"],
  ['an import within a folder', 'low/inner/new.ts', "export * from '../one.ts';"],
  ['a type where only types are allowed', 'high/inner/new.ts', "import type { A } from '../../low/one.ts';"],
  ['an inline type where only types are allowed', 'high/inner/new.ts', "type A = import('../../low/one.ts').A;"],
  ['a computed path where a line allows it', 'high/loader.ts', 'await import(name);'],
  ['JSON of the same folder', 'high/new.ts', "import data from './data.json' with { type: 'json' };"],
  ['JSON that a list allows', 'high/new.test.ts', "import data from '../../package.json' with { type: 'json' };"],
  ['a package that a line names', 'high/inner/new.ts', "import { test } from 'vitest';"],
  ['any package where no line names one', 'low/new.ts', "import 'node:fs';"],
  ['what only tests may import, in a test', 'high/new.test.ts', "import '../tools/one.ts';"],
  ['a testing folder, in a test', 'high/new.test.ts', "import './testing/fixture.ts';"],
  ['a closed file, to whom names it', 'high/reader.ts', "import '../tools/closed.ts';"],
  ['a mock function', 'low/new.test.ts', "import { vi } from 'vitest';\nconst f = vi.fn();\nf.mock.calls;"],
  ['another register', 'low/new.ts', 'register(name);'],
  ['what loads nothing of such a module', 'low/new.ts', "import { spawn, type Worker } from 'node:child_process';"],
  ['a type of such a module', 'low/new.ts', "import type { Worker } from 'node:worker_threads';"],
  ['a loader where a line allows it', 'high/loader.ts', "import { fork } from 'node:child_process';"],
  ['the path of a program that a list names', 'high/starter.ts', "new URL('../low/one.ts', import.meta.url);"],
  ['a path to something else than code', 'low/new.ts', "new URL('../high/data.json', import.meta.url);"],
  ['a path to data with a computed name', 'low/new.ts', `new URL(\`../high/\${name}\`, import.meta.url);`],
  ["a URL that is not of the project's", 'low/new.ts', 'new URL(path, base);'],
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
  ['a dynamic import of a template', 'export const a = import(`../high/one.ts`);'],
  ['an inline type', "export function f(a: ReadonlyArray<import('../high/one.ts').A>) {}"],
  ['an augmented module', "declare module '../high/one.ts' {}"],
  ['a reference to a path', '/// <reference path="../high/one.ts" />'],
  ['a reference to types', '/// <reference types="../high/one.ts" />'],
  ['vi.importActual', "await vi.importActual('../high/one.ts');"],
  ['vi.mock', "vi.mock('../high/one.ts', () => ({}));"],
  ['vi.mock with an import', "vi.mock(import('../high/one.ts'));"],
  ['vi.doMock with a template', 'vi.doMock(`../high/one.ts`);'],
  ['a process', "spawn(node, [fileURLToPath(new URL('../high/one.ts', import.meta.url))]);"],
  ['a worker', "new Thread(new URL('../high/one.ts', import.meta.url));"],
  ['a path for later', "const file = new URL('../low/../high/one.ts', import.meta.url);"],
  ['a path without dots', "new URL('inner/../../high/one.ts', import.meta.url);"],
  ['a resolved path', "import.meta.resolve('../high/one.ts');"],
  ['a path from its directory', "join(import.meta.dirname, '..', 'high/one.ts');"],
  ['a path from its directory by another function', "path.resolve(import.meta.dirname, '../high/one.ts');"],
])('refuses %s that no list allows', (_, source) => {
  expect(findForbidden('low/new.ts', source)).toEqual([
    'helpers/low/new.ts:1 imports helpers/high/one.ts.\n' +
      '  helpers/low may import nothing: stands on nothing.\n' +
      '  The list is helpers/lint/may-import.txt:3.',
  ]);
});

test.each([
  ['an inline type', "/** @param {import('../high/one.ts').A} a */"],
  ['an inline type over several lines', "/**\n * @typedef {import(\n * '../high/one.ts'\n * ).A} A\n */"],
  ['an @import', "/** @import { A } from '../high/one.ts' */"],
])('refuses %s in a JSDoc comment of JavaScript', (_, comment) => {
  expect(findForbidden('low/new.mjs', `\n${comment}\nexport function f(a) {}`)).toEqual([
    expect.stringMatching('^helpers/low/new.mjs:[23] imports helpers/high/one.ts'),
  ]);
});

test.each([
  ['a computed path', "await import('../' + name);"],
  ['a computed mock', 'vi.mock(name);'],
  ['require', "require('../high/one.ts');"],
  ['a method of require', "module.require('../high/one.ts');"],
  ['import … = require', "import a = require('../high/one.ts');"],
  ['createRequire', "import { createRequire as load } from 'node:module';"],
  ['createRequire as a property', "getModule()['createRequire'](url)('../high/one.ts');"],
  ['import.meta.glob', "import.meta.glob('../high/*.ts');"],
  ['a loader under another name', 'const load = vi.importActual;'],
  ['a loader taken out of its object', 'const { importActual: load } = vi;'],
  ['vi under another name', "import { vi as other } from 'vitest';"],
  ['vitest, which is vi', "import { vitest } from 'vitest';"],
  ['a function from a text', 'new Function(text);'],
  ['Function under another name', 'const Make = globalThis.Function;'],
  ['eval', 'eval(text);'],
  ['eval of the global object', 'g.eval?.(text);'],
  ['eval under another name', 'const run = eval;'],
  ['eval by its name as a string', "g['eval'](text);"],
  ["the loader of Node's modules", "Module._load('../high/one.ts');"],
  ["Node's vm", "import { runInThisContext } from 'node:vm';"],
  ["Node's vm without its prefix", "import vm from 'vm';"],
  ["Node's vm while it runs", "await import('node:vm');"],
  ["what Node's vm exports", "export * from 'node:vm';"],
  ['a loader of Node', "import { fork } from 'node:child_process';"],
  ['a loader of Node without its prefix', "import { fork } from 'child_process';"],
  ['a loader of Node that has another name here', "import { Worker as Thread } from 'node:worker_threads';"],
  ['hooks of the loader', "import { register } from 'node:module';"],
  ['synchronous hooks of the loader', "import { registerHooks } from 'node:module';"],
  ['a whole module that has a loader', "import childProcess from 'node:child_process';"],
  ['a namespace of a module that has a loader', "import * as threads from 'node:worker_threads';"],
  ['a module that has a loader while it runs', "const { Worker } = await import('node:worker_threads');"],
  ['a built-in module that has a loader', "host.getBuiltinModule('node:module').register(url);"],
  ['what a module with a loader exports', "export { fork } from 'node:child_process';"],
  ['all that a module with a loader exports', "export * from 'node:child_process';"],
  ["Node's cluster", "import { setupPrimary } from 'node:cluster';"],
  ["Node's test runner", "import { run } from 'node:test';"],
  ['vitest as a function', "import { startVitest } from 'vitest/node';"],
  ['a computed file', `new URL(\`../\${area}/main.ts\`, import.meta.url);`],
  ['a computed path of a file', 'new URL(path, import.meta.url);'],
  ['a computed path that is resolved', 'import.meta.resolve(name);'],
  ['a computed file in its directory', "join(import.meta.dirname, area, 'main.ts');"],
  ['vi as a value', 'const { mock } = vi;'],
  ['vi as an argument', 'load(vi);'],
  ['a loader of Node under another name', 'const { getBuiltinModule } = host;'],
  ['a loader by its name as a string', "const load = host['getBuiltinModule'];"],
  ['a global declaration', 'declare global { type Everywhere = 1; }'],
])('refuses %s, which cannot be checked', (_, source) => {
  expect(findForbidden('low/new.ts', source)).toEqual([
    "helpers/low/new.ts:1 imports something that can't be checked.\n" +
      '  Write the path as a string; do without `require`, `eval`, global declarations, and what loads files by other means,\n' +
      '  such as `fork`, `Worker` and `register`. Or allow this file (computed) in helpers/lint/may-import.txt.',
  ]);
});

test.each([
  ['an absolute path', '/helpers/high/one.ts'],
  ['a file URL', 'file:///project/helpers/high/one.ts'],
  ['a data URL', 'data:text/javascript,0'],
  ['a query', '../high/one.ts?again'],
  ['an escape', '../%68igh/one.ts'],
  ["a path out of a package's folder", 'zx/../../helpers/high/one.ts'],
  ['an entry of package.json', '#one'],
])('refuses %s', (_, specifier) => {
  expect(findForbidden('low/new.ts', `import '${specifier}';`)).toEqual([
    `helpers/low/new.ts:1 imports ${specifier}.\n` +
      '  Name a package, or a file by its relative path without a query or escapes.',
  ]);
});

test('refuses JSON that no list allows', () => {
  expect(findForbidden('low/new.ts', "import data from '../high/data.json' with { type: 'json' };")).toEqual([
    expect.stringContaining('helpers/low may import nothing'),
  ]);
});

test('refuses a file without an extension, whose own imports nobody reads', () => {
  expect(findForbidden('low/new.ts', "export * from './data';")).toEqual([
    'helpers/low/new.ts:1 imports helpers/low/data.\n  It is not a .ts, .mjs or .json file.',
  ]);
});

test('refuses a file that does not exist, such as a TypeScript file under the name of its output', () => {
  expect(findForbidden('high/new.ts', "import type { A } from '../low/one.js';")).toEqual([
    "helpers/high/new.ts:1 imports helpers/low/one.js.\n  It doesn't exist.",
  ]);
});

test.each(['js', 'jsx', 'tsx', 'mts', 'cts', 'cjs'])('refuses a .%s file', (extension) => {
  expect(findForbidden(`low/new.${extension}`, '')).toEqual([
    `helpers/low/new.${extension}: code of this project is in .ts and .mjs files.`,
  ]);
});

test('shows a cycle file by file', () => {
  const files = {
    'helpers/high/a.test.ts': "\nimport './b.mjs';",
    'helpers/high/b.mjs': "/** @type {import('./c.ts').C} */\nexport let c;",
    'helpers/high/c.ts': "export type C = import('./a.test.ts').A;",
  };
  expect(findForbiddenImports(new Map(Object.entries({ ...exists, ...files })), lists)).toContain(
    'These files import each other in a cycle.\n' +
      '  helpers/high/a.test.ts:2 imports helpers/high/b.mjs\n' +
      '  helpers/high/b.mjs:1 imports helpers/high/c.ts\n' +
      '  helpers/high/c.ts:1 imports helpers/high/a.test.ts',
  );
});

test('refuses a closed file to whom names only its folder, and to its own folder', () => {
  expect(findForbidden('high/new.test.ts', "import '../tools/closed.ts';")).toHaveLength(1);
  expect(findForbidden('tools/new.ts', "import './closed.ts';")).toEqual([
    expect.stringContaining('helpers/tools may import nothing.'),
  ]);
});

test.each([
  ['tools/x.ts', "the project's directory has no tools"],
  ['notes.txt', "the project's directory has no notes.txt"],
  ['grafana-alloy/x.ts', 'code is not type-checked there'],
  ['.hidden/x.mjs', 'code is not type-checked there'],
  ['helpers/high/.hidden/x.ts', 'code is not type-checked there'],
  ['phases/testing.ts', 'phases has only specs that a run finds'],
  ['phases/testing/x.ts', 'phases has only specs that a run finds'],
  ['phases/sub/phase8-x.spec.ts', 'phases has only specs that a run finds'],
  ['phases/sub/x.ts', 'phases has only specs that a run finds'],
  ['phases/x.spec.ts', 'phases has only specs that a run finds'],
  ['phases/phase8-x.test.ts', 'phases has only specs that a run finds'],
  ['phases/data.json', 'phases has only specs that a run finds'],
])('refuses %s, which belongs elsewhere', (path, message) => {
  const files = new Map(Object.entries({ ...exists, [path]: '' }));
  expect(findForbiddenImports(files, lists)).toEqual([expect.stringContaining(`${path}: ${message}`)]);
});

test.each([
  '.ci/x.ts',
  '.ci/deep/x.ts',
  'vitest.config.ts',
  'phases/phase8-x-y.spec.ts',
  'README.md',
  '.env',
  'reports/x.json',
])('takes %s where it is', (path) => {
  expect(findForbiddenImports(new Map(Object.entries({ ...exists, [path]: '' })), lists)).toEqual([]);
});

test('refuses an import that loads a file where only types are allowed, even if it names only types', () => {
  expect(findForbidden('high/inner/new.ts', "import { type A } from '../../low/one.ts';")).toEqual([
    expect.stringContaining('helpers/high/inner may import only its types.'),
  ]);
});

test('refuses an import where only the path of a program is allowed', () => {
  expect(findForbidden('high/starter.ts', "import '../low/one.ts';")).toEqual([
    expect.stringContaining('helpers/high/starter.ts may start it as a program only, by its path.'),
  ]);
});

test('programs that start each other are no cycle', () => {
  const files = {
    'helpers/high/a.ts': "export const b = new URL('b.ts', import.meta.url);",
    'helpers/high/b.ts': "export * from './a.ts';",
  };
  expect(findForbiddenImports(new Map(Object.entries({ ...exists, ...files })), lists)).toEqual([]);
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

test.each(['unknown', 'high/unknown'])('refuses files and packages to %s, which has no line', (folder) => {
  expect(findForbidden(`${folder}/new.ts`, "import './one.ts';\nimport 'fastify';\nimport 'node:fs';")).toEqual(
    [`helpers/${folder}/one.ts`, 'fastify', 'node:fs'].map(
      (name, index) =>
        `helpers/${folder}/new.ts:${index + 1} imports ${name}.\n` +
        `  helpers/${folder} has no line in helpers/lint/may-import.txt, so it may import nothing. Add a line for it.`,
    ),
  );
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

test('refuses the environment to all but tests and what has a line for it', () => {
  const source = 'export const home = process.env.HOME;';
  expect(findForbidden('high/main.ts', source)).toEqual([
    'helpers/high/main.ts:1 reads the environment of the process.\n' +
      '  helpers/settings does so for the whole project; a program of its own is allowed to (environment) in helpers/lint/may-import.txt.',
  ]);
  expect(findForbidden('high/main.test.ts', source)).toEqual([]);
  expect(findForbidden('high/program.ts', source)).toEqual([]);
});

test.each([
  "import { argv } from 'node:process';",
  "import process from 'process';",
  "import * as own from 'node:process';",
  "export { env } from 'node:process';",
  "export * from 'node:process';",
  "(await import('node:process')).argv;",
  "process.getBuiltinModule('node:process').argv;",
  "process.getBuiltinModule('process').argv;",
])('refuses %s, which may be the environment', (source) => {
  expect(findForbidden('high/main.ts', source)).toEqual([
    expect.stringContaining('helpers/high/main.ts:1 reads the environment of the process.'),
  ]);
  expect(findForbidden('high/program.ts', source)).toEqual([]);
});
