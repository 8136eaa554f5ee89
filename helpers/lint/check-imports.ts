import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOW_LIST, findForbiddenImports } from './find-forbidden-imports.ts';

/** What is wrong with the imports of the project in this directory, as messages; empty when all are allowed. */
export function checkImports(root: string): readonly string[] {
  const exclude = ['**/node_modules', 'reports', '.git'];
  const paths = globSync(['**/*.{ts,mts,mjs,js}', '.*/**/*.{ts,mts,mjs,js}'], { cwd: root, exclude }).sort();
  const sources = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  return findForbiddenImports(sources, readFileSync(join(root, ALLOW_LIST), 'utf8'));
}
