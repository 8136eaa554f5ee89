import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../language/describe-error.ts';
import type { Block } from '../language/syntax/ast.ts';
import { findIdentifierEnd } from '../language/syntax/ast.ts';
import { createError, type Diagnostic, DiagnosticError } from '../language/syntax/diagnostic.ts';
import { parse } from '../language/syntax/parse.ts';
import { createSourceFile, type SourceFile } from '../language/syntax/source.ts';

/** A top-level block, and its file. */
export type TopBlock = { readonly file: SourceFile; readonly block: Block };

/**
 * Reads a configuration: a file, or the `*.alloy` files of a directory (not of its subdirectories), sorted by name.
 * @throws Error with the message of Go's os package when the path can't be read
 */
export async function readConfiguration(path: string): Promise<SourceFile[]> {
  try {
    if (!(await stat(path)).isDirectory()) {
      return [createSourceFile(path, await readFile(path))];
    }
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.alloy'));
    const files = names.map(async ({ name }) => createSourceFile(join(path, name), await readFile(join(path, name))));
    return (await Promise.all(files)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new Error(describeFileError(error, path));
  }
}

/** The message of Go's os package for a file that can't be used. */
export function describeFileError(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const [operation, reason] = {
    ENOENT: ['stat', 'no such file or directory'],
    EACCES: ['open', 'permission denied'],
    ENOTDIR: ['stat', 'not a directory'],
  }[String(code)] ?? ['open', describeError(error)];
  return `${operation} ${path}: ${reason}`;
}

/**
 * Parses all files of a configuration into their top-level blocks.
 * @throws DiagnosticError with the syntax errors of all files; Error for a file that is not UTF-8
 */
export function parseConfiguration(files: readonly SourceFile[]): TopBlock[] {
  const problems: Diagnostic[] = [];
  const blocks: TopBlock[] = [];
  for (const file of files) {
    checkEncoding(file);
    try {
      blocks.push(...parseTopBlocks(file));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) {
        throw error;
      }
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) {
    throw new DiagnosticError(problems);
  }
  return blocks;
}

function parseTopBlocks(file: SourceFile): TopBlock[] {
  return parse(file).body.map((statement) => {
    if (statement.kind === 'attribute') {
      const { name } = statement;
      const message = `unrecognized attribute ${name.name}`;
      throw new DiagnosticError([createError(file, name.offset, findIdentifierEnd(name), message)]);
    }
    return { file, block: statement };
  });
}

const marks: readonly (readonly [name: string, mark: readonly number[]])[] = [
  ['UTF32BigEndian', [0x00, 0x00, 0xfe, 0xff]],
  ['UTF32LittleEndian', [0xff, 0xfe, 0x00, 0x00]],
  ['UTF16BigEndian', [0xfe, 0xff]],
  ['UTF16LittleEndian', [0xff, 0xfe]],
];

function checkEncoding({ bytes }: SourceFile): void {
  const found = marks.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (found !== undefined) {
    throw new Error(`configuration is encoded with ${found[0]} but must be utf8`);
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('unknown encoding for config');
  }
}
