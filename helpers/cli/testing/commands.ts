import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../../settings/settings.ts';

/** How a command ended, and what it printed. */
export type CommandResult = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a command of the helpers/cli of a project, such as `verify.ts`, with these variables, `PATH` and `HOME` alone. */
export async function runScript(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  root: string,
  { input = '' }: { readonly input?: string } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [join(root, 'helpers/cli', script), ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exit: await exit, stdout, stderr };
}

/** A copy of the project in a temporary directory, with its packages and without `.env`, reports and a warm stack. */
export function copyProject(): Disposable & { readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'project-'));
  chmodSync(root, 0o755);
  const apart = ['node_modules', '.git', '.env', 'reports'];
  for (const name of readdirSync(ROOT).filter((name) => !apart.includes(name))) {
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}
