import { randomBytes } from 'node:crypto';
import { chown, writeFile } from 'node:fs/promises';
import type { UnprivilegedUser } from '../owned/unprivileged-user.ts';

/** A password for one run: letters and digits only, so that it needs no quoting in SQL, URLs or configuration files. */
export function makePassword(): string {
  return randomBytes(18).toString('hex');
}

/** Writes a file that only its owner can read, for the user that the reading part runs as. */
export async function writePrivateFile(path: string, text: string, user?: UnprivilegedUser): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (user !== undefined) await chown(path, user.uid, user.gid);
}
