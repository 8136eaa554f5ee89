import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** Finds the first of `names` that is an executable file on `path` (a PATH variable); undefined if there is none. */
export async function findProgram(names: readonly string[], path: string): Promise<string | undefined> {
  for (const name of names) {
    for (const directory of path.split(delimiter)) {
      const candidate = join(directory, name);
      try {
        await access(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not here; try the next directory.
      }
    }
  }
  return undefined;
}

/** The names of the flags that a Go program's `--help` lists, without their dashes. */
export async function listFlags(program: string): Promise<ReadonlySet<string>> {
  const help = await execFileAsync(program, ['--help'], { timeout: 10_000 }).catch((error: unknown) => {
    // Programs with Go's own flag package exit with 2 after printing their help.
    return typeof error === 'object' && error !== null && 'stderr' in error && 'stdout' in error
      ? { stdout: String(error.stdout), stderr: String(error.stderr) }
      : { stdout: '', stderr: '' };
  });
  const found = `${help.stdout}\n${help.stderr}`.matchAll(/^ +(?:-\w, )?--?(?:\[no-\])?([\w.-]+)/gm);
  return new Set([...found].map(([, name = '']) => name));
}
