import { appendFileSync, readFileSync, renameSync } from 'node:fs';

/** Takes what a part of the stack prints. */
export type LogFile = { readonly write: (chunk: Uint8Array) => void };

const defaultMaxBytes = 8 * 1024 * 1024;

/**
 * Opens a log at `path` that never grows beyond `maxBytes`: when the file has half of it, it becomes `path.1`, in place of
 * the one before.
 */
export function openLogFile(path: string, maxBytes: number = defaultMaxBytes): LogFile {
  let size = 0;
  const write = (chunk: Uint8Array) => {
    const kept = chunk.subarray(-Math.floor(maxBytes / 2));
    try {
      if (size + kept.length > maxBytes / 2) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, kept, { mode: 0o600 });
      size += kept.length;
    } catch {
      // The run is ending, and its directory is gone.
    }
  };
  return { write };
}

/** The last `count` lines of a log, oldest first; none where there is no log. */
export function readLogTail(path: string, count: number): string[] {
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
