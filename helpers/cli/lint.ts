/** `npm run lint`: formatting, lint rules with the arrows between folders, and types. Exit 0 when all are clean. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../settings/settings.ts';

const CHECKS = [
  ['biome', 'ci', '--error-on-warnings', '.'],
  ['tsc', '--noEmit'],
] as const;

const failed = CHECKS.filter(([program, ...args]) => {
  const { status } = spawnSync(join(ROOT, 'node_modules', '.bin', program), args, { cwd: ROOT, stdio: 'inherit' });
  return status !== 0;
});
process.exitCode = failed.length > 0 ? 1 : 0;
