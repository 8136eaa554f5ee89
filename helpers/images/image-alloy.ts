import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { CannotRun } from '../run/cannot-run.ts';
import { programVersion } from '../setup/program-version.ts';
import { findOnPath } from '../setup/programs.mjs';

/** The Alloy that goes into the image: the real one of this machine, or the embedded engine. */
export type AlloyEngine =
  | { readonly kind: 'alloy'; readonly path: string; readonly version: () => Promise<string> }
  | { readonly kind: 'embedded'; readonly version: () => Promise<string> };

/** The version of Alloy that the embedded engine says it is like. */
const likeAlloy = '1.18.0';

/**
 * The Alloy by `ALLOY_BIN`, else `alloy` on PATH, else the embedded engine, which `ALLOY=embedded` asks for by name.
 * Throws `CannotRun` where `ALLOY_BIN` is nothing that runs in a Linux image.
 */
export function alloyEngine(environment: Readonly<Record<string, string | undefined>>): AlloyEngine {
  const told = environment.ALLOY_BIN ?? '';
  const found = told === '' ? findOnPath('alloy', { ...environment }) : told;
  if (environment.ALLOY === 'embedded' || found === undefined) {
    return { kind: 'embedded', version: async () => likeAlloy };
  }
  if (!isElf(found)) {
    if (told === '') return { kind: 'embedded', version: async () => likeAlloy };
    throw new CannotRun(
      `ALLOY_BIN is ${told}, and that is no program for Linux (an ELF file).`,
      'set ALLOY_BIN to the path of an Alloy for Linux, or unset it: the image then carries the embedded engine.',
    );
  }
  const path = realpathSync(found);
  return { kind: 'alloy', path, version: async () => (await programVersion('alloy', path)) ?? 'unknown' };
}

function isElf(path: string): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const magic = Buffer.alloc(4);
      readSync(file, magic);
      return magic.equals(Buffer.from('\x7fELF', 'latin1'));
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
