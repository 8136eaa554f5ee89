import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Settings } from '../../settings/settings.ts';
import { findOnPath } from '../../setup/programs.mjs';

/** A program of this machine that runs `config.alloy`, with Alloy's command line. */
export type AlloyProgram = { readonly kind: 'binary' | 'embedded'; readonly command: readonly [string, ...string[]] };

const embedded = fileURLToPath(new URL('../../embedded-alloy/cli/main.ts', import.meta.url));

/** The embedded Alloy waits more than it works: without optimised WebAssembly and with small nurseries it takes 25 MiB less. */
const leanNode = ['--liftoff-only', '--max-semi-space-size=1'];

/**
 * The Alloy of this machine: a real one by `ALLOY_BIN`, else `alloy` on PATH, else the embedded one; or the one that
 * `ALLOY` asks for. Throws `CannotRun` where that is not here.
 */
export function findAlloyProgram({ alloy, alloyBinary, path }: Settings): AlloyProgram {
  if (alloy === 'container') {
    throw new CannotRun('ALLOY=container needs a stack of containers.', 'set STACK=containers, or leave ALLOY unset.');
  }
  if (alloy !== 'embedded') {
    const found = alloyBinary === undefined ? findOnPath('alloy', path) : requireExecutable(alloyBinary);
    if (found !== undefined) return { kind: 'binary', command: [found] };
    if (alloy === 'binary') {
      throw new CannotRun(
        'ALLOY=binary, and there is no alloy on PATH.',
        'set ALLOY_BIN=/path/to/alloy, or leave ALLOY unset.',
      );
    }
  }
  return { kind: 'embedded', command: [process.execPath, ...leanNode, embedded] };
}

function requireExecutable(path: string): string {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new CannotRun(
      `ALLOY_BIN is ${path}, which is not an executable file.`,
      'set ALLOY_BIN to the path of an Alloy, or unset it.',
    );
  }
  return resolve(path);
}
