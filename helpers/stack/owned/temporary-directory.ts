import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { CannotRun } from '../../run/cannot-run.ts';

/** What a run adds to the path of the temporary directory, at most: `/alloy-verify-XXXXXX/control.sock`. */
const maxAddition = 33;
/** sockaddr_un holds 107 characters of a path (unix(7)). */
const maxSocketPathLength = 107;

/**
 * The temporary directory of the system, in which runs have theirs. Throws `CannotRun` where it does not serve: sockets in
 * it would have too long a path, it is not there, or the users as whom root starts the databases can't come in.
 */
export function findTemporaryDirectory(): string {
  const path = resolve(tmpdir());
  const fix = 'set TMPDIR to a short path that every user can enter, such as /tmp.';
  if (Buffer.byteLength(path) + maxAddition > maxSocketPathLength) {
    throw new CannotRun(`the path of the temporary directory is too long for sockets: ${path}`, fix);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CannotRun(`the temporary directory ${path} is not a directory.`, fix);
  }
  if (process.getuid?.() === 0) {
    for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
      if ((statSync(folder).mode & 0o001) !== 0) continue;
      throw new CannotRun(
        `the temporary directory ${path} is closed to the users of the databases, by ${folder}.`,
        fix,
      );
    }
  }
  return path;
}
