import { readFile, stat, writeFile } from 'node:fs/promises';
import { DiagnosticError, formatDiagnostic } from '../language/syntax/diagnostic.ts';
import { parse } from '../language/syntax/parse.ts';
import { format } from '../language/syntax/print.ts';
import { createSourceFile, type SourceFile } from '../language/syntax/source.ts';
import { describeFileError } from '../runtime/configuration.ts';
import type { CommandResult } from './validate.ts';

/** `-w` writes the result back to the file; `-t` only checks whether the file is formatted. */
export type FormatOptions = { readonly write: boolean; readonly test: boolean };

/**
 * Runs `alloy fmt PATH`; `-` is standard input. @throws Error with Alloy's message when the options or the path can't
 * be used
 */
export async function formatCommand(
  path: string,
  options: FormatOptions,
  readInput: () => Promise<Uint8Array>,
): Promise<CommandResult> {
  if (options.write && options.test) {
    throw new Error('cannot use -w/--write and -t/--test at the same time');
  }
  if (path === '-') {
    if (options.write) {
      throw new Error('cannot use -w with standard input');
    }
    return formatFile(createSourceFile('<stdin>', await readInput()), options.test);
  }
  const result = formatFile(createSourceFile(path, await readSource(path)), options.test);
  if (!options.write || result.exitCode !== 0) {
    return result;
  }
  await writeFile(path, result.stdout);
  return { ...result, stdout: '' };
}

async function readSource(path: string): Promise<Uint8Array> {
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch (error) {
    throw new Error(describeFileError(error, path));
  }
  if (isDirectory) {
    throw new Error('cannot format a directory');
  }
  return readFile(path);
}

/** Runs `alloy fmt` on a file that has been read. With `test`, it prints nothing. */
export function formatFile(file: SourceFile, test = false): CommandResult {
  try {
    const formatted = format(file, parse(file));
    if (!test) {
      return { exitCode: 0, stdout: formatted, stderr: '' };
    }
    return Buffer.from(formatted).equals(file.bytes)
      ? { exitCode: 0, stdout: '', stderr: '' }
      : { exitCode: 1, stdout: '', stderr: `Error: file ${file.name} is not formatted correctly\n` };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) {
      throw error;
    }
    const lines = error.diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join('');
    return { exitCode: 1, stdout: '', stderr: `${lines}Error: encountered errors during formatting\n` };
  }
}
