import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOW_LIST, findForbiddenImports, isCode } from './find-forbidden-imports.ts';

/** What is wrong with the imports of the project in this directory, as messages; empty when all are allowed. */
export function checkImports(root: string): readonly string[] {
  const exclude = ['node_modules', 'reports', '.git'];
  // A link that leads nowhere, such as an editor's lock, is no file.
  const paths = globSync(['**/*', '**/.*', '**/.*/**/*'], { cwd: root, exclude })
    .filter((path) => existsSync(join(root, path)))
    .sort();
  const files = paths.map((path) => [path, isCode(path) ? readFileSync(join(root, path), 'utf8') : ''] as const);
  return findForbiddenImports(new Map(files), readFileSync(join(root, ALLOW_LIST), 'utf8'));
}
