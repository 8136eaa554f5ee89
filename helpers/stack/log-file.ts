import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** What a part of the stack prints, in a file that never grows beyond its bound: the older half goes first. */
export type LogFile = { readonly write: (chunk: Uint8Array) => void; readonly close: () => void };

const maxBytes = 8 * 1024 * 1024;

/** Opens the log at `path`, to which lines are appended; the older half, if any, is at `path.1`. */
export function openLogFile(path: string, bound: number = maxBytes): LogFile {
  let file: number | undefined = openSync(path, 'a', 0o600);
  let size = 0;
  const write = (chunk: Uint8Array) => {
    if (file === undefined) return;
    if (size + chunk.length > bound / 2) {
      closeSync(file);
      renameSync(path, `${path}.1`);
      file = openSync(path, 'a', 0o600);
      size = 0;
    }
    size += writeSync(file, chunk.subarray(-bound / 2));
  };
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return { write, close };
}

/** The last `count` lines of a log, oldest first; none where there is no log. */
export function logTail(path: string, count: number): string[] {
  const text = read(`${path}.1`) + read(path);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return count <= 0 ? [] : lines.slice(-count);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
