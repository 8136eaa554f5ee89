import { readFileSync } from 'node:fs';
import { describeError } from '../../language/describe-error.ts';

/** Reads a file. @throws Error with Go's message, after `context` where there is some */
export function readTextFile(file: string, context?: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: `open ${file}: no such file or directory`,
      EACCES: `open ${file}: permission denied`,
      EISDIR: `read ${file}: is a directory`,
    };
    const reason = reasons[code] ?? describeError(error);
    throw new Error(context === undefined ? reason : `${context}: ${reason}`);
  }
}
