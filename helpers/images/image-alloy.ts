import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { CannotRun } from '../run/cannot-run.ts';
import type { Settings } from '../settings/settings.ts';
import { readProgramVersion } from '../setup/program-version.ts';
import { findOnPath } from '../setup/programs.mjs';

/** The Alloy that goes into the image: the real one of this machine, or the embedded Alloy. */
export type ImageAlloy =
  | { readonly kind: 'alloy'; readonly path: string; readonly version: () => Promise<string> }
  | { readonly kind: 'embedded'; readonly version: () => Promise<string> };

/** The version of Grafana Alloy that the embedded Alloy imitates. */
const imitatedVersion = '1.18.0';

/**
 * Chooses `ALLOY_BIN`, else `alloy` on PATH, else the embedded Alloy, which `ALLOY=embedded` selects by name.
 * Throws `CannotRun` when `ALLOY_BIN` can't run in a Linux image.
 */
export function chooseImageAlloy({ alloy, alloyBinary, path: folders }: Settings): ImageAlloy {
  const found = alloyBinary ?? findOnPath('alloy', folders);
  if (alloy === 'embedded' || found === undefined) {
    return { kind: 'embedded', version: async () => imitatedVersion };
  }
  if (!isElf(found)) {
    if (alloyBinary === undefined) return { kind: 'embedded', version: async () => imitatedVersion };
    throw new CannotRun(
      `ALLOY_BIN is ${alloyBinary}, which is not an executable file for Linux (ELF).`,
      'set ALLOY_BIN to the path of an Alloy for Linux, or unset it: the image then contains the embedded Alloy.',
    );
  }
  const path = realpathSync(found);
  return { kind: 'alloy', path, version: async () => (await readProgramVersion('alloy', path)) ?? 'unknown' };
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
