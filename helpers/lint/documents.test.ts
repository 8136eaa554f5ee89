import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { CLOUD_VARIABLES } from '../settings/cloud.ts';
import { ROOT, SETTINGS_VARIABLES } from '../settings/settings.ts';

const exclude = ['**/node_modules', 'reports', 'fixtures/captures'];
const documents = globSync(['**/*.md', '.github/**/*.md'], { cwd: ROOT, exclude }).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}));

test('every relative link in a document leads to a file', () => {
  const links = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => `${path} → ${target}`),
  );
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !isFile(link))).toEqual([]);
});

test('every npm script that a document names exists', () => {
  const named = documents.flatMap(({ text }) =>
    [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining([...new Set(named)]));
});

test('every folder of helpers is on both maps', () => {
  const folders = readdirSync(join(ROOT, 'helpers'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const map = (path: string) => documents.find((document) => document.path === path)?.text ?? '';
  for (const { name } of folders) {
    expect(map('helpers/README.md'), 'helpers/README.md').toContain(`| \`${name}/\` |`);
    expect(map('.github/CONTRIBUTING.md'), '.github/CONTRIBUTING.md').toContain(`\`helpers/${name}/\``);
  }
});

test('every kind of criterion is in CONTRIBUTING and in the decision that tells when each runs', () => {
  const source = readFileSync(join(ROOT, 'helpers/expect/criterion.ts'), 'utf8');
  const kinds = [...source.matchAll(/^export function (\w+)\(name: string, body: Body\)/gm)].map(([, kind]) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['test', 'outage']));
  for (const path of ['.github/CONTRIBUTING.md', '.github/decisions/0005-specs-registered-twice.md']) {
    const text = documents.find((document) => document.path === path)?.text ?? '';
    expect(
      kinds.filter((kind) => !text.includes(`\`${kind}\``)),
      path,
    ).toEqual([]);
  }
});

test('RUNTIME_CONFIG.md names every variable of the settings, and .env.example every one of Grafana Cloud', () => {
  const text = documents.find(({ path }) => path === 'RUNTIME_CONFIG.md')?.text ?? '';
  const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const named = SETTINGS_VARIABLES.filter((name) => !isNamed(text, name));
  expect(SETTINGS_VARIABLES.length).toBeGreaterThan(30);
  expect(named).toEqual([]);
  expect(CLOUD_VARIABLES.filter((name) => !new RegExp(`^${name}=`, 'm').test(example))).toEqual([]);
  const known = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name);
  expect(known.filter((name) => ![...CLOUD_VARIABLES, ...SETTINGS_VARIABLES].includes(name))).toEqual([]);
});

/** Whether a text names a variable, in full or by its end after `…`. */
function isNamed(text: string, name: string): boolean {
  const ends = name.split('_').map((_, index, parts) => `\`…_${parts.slice(index).join('_')}\``);
  return text.includes(`\`${name}\``) || ends.some((end) => text.includes(end));
}

function isFile(link: string): boolean {
  const [path = '', target = ''] = link.split(' → ');
  return existsSync(join(ROOT, dirname(path), target));
}
