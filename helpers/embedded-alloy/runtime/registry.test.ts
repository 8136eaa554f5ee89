import { expect, test } from 'vitest';
import { findStability } from '../catalog/known-components.ts';
import { components, families, loadBlocks, loadComponent } from './registry.ts';

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
