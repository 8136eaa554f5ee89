import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';

// A copy of the project: what is added to it never reaches the working tree, even when this test is killed.
const copy = mkdtempSync(join(tmpdir(), 'lint-copy-'));
const brokenWorkflow = `on: push
jobs:
  broken:
    runs-on: ubuntu-24.04
    steps:
      - run: echo \${{ github.no_such_property }}
`;
let output: string;
let status: number | null;

beforeAll(() => {
  for (const name of readdirSync(ROOT)) {
    if (['.env', '.git', 'node_modules', 'reports'].includes(name)) continue;
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const files = {
    'helpers/emit/forbidden.ts': "import { start } from '../stack/start.ts';\n\nexport const forbidden = start;\n",
    'helpers/emit/cycle-one.ts':
      "import type { Two } from './cycle-two.ts';\n\nexport type One = { readonly two?: Two };\n",
    'helpers/emit/cycle-two.ts':
      "import type { One } from './cycle-one.ts';\n\nexport type Two = { readonly one?: One };\n",
    'helpers/emit/.hidden/view.tsx': 'export const view = 0;\n',
    'helpers/report/home.ts':
      "import { readEnvironment } from '../settings/environment.ts';\n\nexport const home = readEnvironment().HOME;\n",
    'tools/wrong.ts': 'export const wrong: string = 0;\n',
    'helpers/unlisted/inline-type.ts': "export type Id = import('../otlp/ids.ts').TraceId;\n",
    '.github/workflows/broken.yml': brokenWorkflow,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(copy, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const lint = spawnSync(process.execPath, ['helpers/cli/lint.ts'], { cwd: copy, encoding: 'utf8' });
  output = stripVTControlCharacters(lint.stdout + lint.stderr);
  status = lint.status;
}, 120_000);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('an import that no list allows fails the lint, with the list, the reason and its line', () => {
  expect(status).toBe(1);
  expect(output).toMatch(
    /helpers\/emit\/forbidden\.ts:1 imports helpers\/stack\/start\.ts\.\n {2}helpers\/emit may import otlp .*: senders .+\.\n {2}The list is helpers\/lint\/may-import\.txt:\d+\./,
  );
});

test('the environment is read by settings alone', () => {
  expect(output).toContain('helpers/report/home.ts:1 imports helpers/settings/environment.ts.');
});

test('a new folder beside helpers fails the lint: its types are not checked', () => {
  expect(output).toContain("tools/wrong.ts: the project's directory has no tools");
});

test('a cycle of type-only imports fails the lint', () => {
  expect(output).toContain(
    'These files import each other in a cycle.\n' +
      '  helpers/emit/cycle-one.ts:1 imports helpers/emit/cycle-two.ts\n' +
      '  helpers/emit/cycle-two.ts:1 imports helpers/emit/cycle-one.ts',
  );
});

test('a file in another language fails the lint, also in a hidden folder', () => {
  expect(output).toContain('helpers/emit/.hidden/view.tsx: code of this project is in .ts and .mjs files.');
});

test('a new folder is closed, also to the types that it imports inline', () => {
  expect(output).toContain(
    'helpers/unlisted/inline-type.ts:1 imports helpers/otlp/ids.ts.\n' +
      '  helpers/unlisted has no line in helpers/lint/may-import.txt, so it may import nothing. Add a line for it.',
  );
});

test('a workflow that GitHub would not run as it is meant fails the lint, with its file and line', () => {
  expect(output).toMatch(/\.github\/workflows\/broken\.yml:6:\d+ property "no_such_property" is not defined/);
});
