import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { ROOT } from '../settings/settings.ts';

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

function isFile(link: string): boolean {
  const [path = '', target = ''] = link.split(' → ');
  return existsSync(join(ROOT, dirname(path), target));
}
