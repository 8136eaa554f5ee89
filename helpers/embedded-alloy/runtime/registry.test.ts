import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { findStability } from '../catalog/known-components.ts';
import { components, families, loadBlocks, loadComponent } from './registry.ts';

const directory = join(import.meta.dirname, '..');

test('every folder of components/ has its line, and is named for its component', () => {
  const folders = globSync('components/*/', { cwd: directory }).map((path) => basename(path));
  const expected = Object.keys(components).map((name) => name.replaceAll(/[._]/g, '-'));
  expect(folders.length).toBeGreaterThan(10);
  expect(folders.sort()).toEqual(expected.sort());
});

test('every family of catalog/ has its line, and its file is named for it', () => {
  const others = ['configuration-blocks', 'known-components'];
  const files = globSync('catalog/*.ts', { cwd: directory, exclude: ['**/*.test.ts'] }).map((path) =>
    basename(path, '.ts'),
  );
  const expected = Object.keys(families).map((prefix) => prefix.replaceAll('.', '-'));
  expect(files.sort()).toEqual([...expected, ...others].sort());
});

test.each(Object.keys(components))('%s is registered under the name that it defines', async (name) => {
  expect((await loadComponent(name))?.name).toBe(name);
  expect(findStability(name)).toBeDefined();
});

test.each(Object.keys(families))(
  'the blocks of %s belong to components of Alloy that do not run here',
  async (prefix) => {
    const names = Object.keys((await families[prefix]?.())?.blocks ?? {});
    expect(names.length).toBeGreaterThan(0);
    expect([...(await loadBlocks(names)).keys()]).toEqual(names);
    for (const name of names) {
      expect(findStability(name)).toBeDefined();
      expect(components).not.toHaveProperty([name]);
    }
  },
);

test('configuration blocks have schemas, and unknown names have none', async () => {
  const found = await loadBlocks([
    'logging',
    'import.git',
    'prometheus.exporter.mysql',
    'constructor',
    'loki.constructor',
  ]);
  expect([...found.keys()]).toEqual(['logging', 'import.git']);
});
