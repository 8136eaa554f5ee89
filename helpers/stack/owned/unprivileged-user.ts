import { readFileSync } from 'node:fs';

/** A user as whom a server runs where the runner is root. */
export type UnprivilegedUser = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * The first of these users that this machine has, where the runner is root; undefined where it is not, since then all
 * processes run as the runner's own user. Throws where root has none of them to use.
 */
export function findUnprivilegedUser(names: readonly string[]): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { name, uid: Number(uid), gid: Number(gid) }]),
  );
  for (const name of names) {
    const user = users.get(name);
    if (user !== undefined) return user;
  }
  throw new Error(`no user ${names.join(' or ')} in /etc/passwd`);
}
