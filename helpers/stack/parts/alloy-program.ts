import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotRun } from '../../run/cannot-run.ts';
import { findOnPath } from '../../setup/programs.mjs';

/** The program that runs `config.alloy` in the native world, with Alloy's command line. */
export type AlloyProgram = { readonly kind: 'binary' | 'embedded'; readonly command: readonly [string, ...string[]] };

const embedded = fileURLToPath(new URL('../../embedded-alloy/cli/main.ts', import.meta.url));

/** The engine waits more than it works: without optimised WebAssembly and with small nurseries it takes 25 MiB less. */
const leanNode = ['--liftoff-only', '--max-semi-space-size=1'];

/**
 * The Alloy that a native run takes: a real one by `ALLOY_BIN`, else `alloy` on PATH, else the embedded engine; or the
 * one that `choice` (the variable `ALLOY`) asks for. Throws `CannotRun` where that is not here.
 */
export function chooseAlloy(
  choice: 'container' | 'binary' | 'embedded' | undefined,
  binary: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): AlloyProgram {
  if (choice === 'container') {
    throw new CannotRun('ALLOY=container needs the containers world.', 'set STACK=containers, or leave ALLOY unset.');
  }
  if (choice !== 'embedded') {
    const path = binary === undefined || binary === '' ? findOnPath('alloy', environment) : executable(binary);
    if (path !== undefined) return { kind: 'binary', command: [path] };
    if (choice === 'binary') {
      throw new CannotRun(
        'ALLOY=binary, and there is no alloy on PATH.',
        'set ALLOY_BIN=/path/to/alloy, or leave ALLOY unset.',
      );
    }
  }
  return { kind: 'embedded', command: [process.execPath, ...leanNode, embedded] };
}

function executable(path: string): string {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new CannotRun(
      `ALLOY_BIN is ${path}, and that is no program.`,
      'set ALLOY_BIN to the path of an Alloy, or unset it.',
    );
  }
  return resolve(path);
}
