/**
 * `npm run lint`: formatting and lint rules, types, which folder imports which, and import cycles. Exit code 0 when all
 * are clean.
 * `npm run lint:fix` corrects first what biome can.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkImports } from '../lint/check-imports.ts';
import { ROOT } from '../settings/settings.ts';

const usage = 'npm run lint\nnpm run lint:fix\n';

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else if (options.help) process.stdout.write(usage);
else process.exitCode = lint(options.fix) ? 0 : 1;

function lint(fix: boolean): boolean {
  const command = fix ? ['check', '--write'] : ['ci'];
  // Each check runs, whatever the others find.
  const results = [
    run('biome', ...command, '--error-on-warnings', '--max-diagnostics=none', '.'),
    run('tsc', '--noEmit'),
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

function readOptions(): { readonly fix: boolean; readonly help: boolean } | undefined {
  try {
    const flag = { type: 'boolean', default: false } as const;
    return parseArgs({ options: { fix: flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    process.stderr.write(`Cannot run: ${error instanceof Error ? error.message : error}\n${usage}`);
    return undefined;
  }
}
