import { findPosition, readLine, type SourceFile } from './source.ts';

/** A problem in a configuration, with its position (byte offsets, `end` inclusive). */
export type Diagnostic = {
  readonly severity: 'error' | 'warning';
  readonly file: SourceFile;
  readonly start: number;
  /** Undefined if it is a single character. */
  readonly end: number | undefined;
  readonly message: string;
};

/** Makes an error at a position. */
export function createError(file: SourceFile, start: number, end: number | undefined, message: string): Diagnostic {
  return { severity: 'error', file, start, end, message };
}

/** Thrown when nothing can continue. Carries all diagnostics. */
export class DiagnosticError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** `FILE:LINE:COLUMN: message`, as `alloy fmt` prints it. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { line, column } = findPosition(diagnostic.file, diagnostic.start);
  return `${diagnostic.file.name}:${line}:${column}: ${diagnostic.message}`;
}

/**
 * Formats diagnostics with the source lines around them, as `alloy validate` and `alloy run` do: one line of context
 * before and after, tabs as four spaces, carets below the position.
 */
export function formatReport(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => `${formatHeading(diagnostic)}\n\n${formatExcerpt(diagnostic)}`).join('\n');
}

const tab = 4;

function formatHeading(diagnostic: Diagnostic): string {
  return `${diagnostic.severity === 'error' ? 'Error' : 'Warning'}: ${formatDiagnostic(diagnostic)}`;
}

function formatExcerpt({ file, start: startOffset, end: endOffset }: Diagnostic): string {
  const start = findPosition(file, startOffset);
  const end = findPosition(file, endOffset ?? startOffset);
  const first = Math.max(start.line - 1, 1);
  const last = Math.min(end.line + 1, file.lineStarts.length);
  const width = String(last).length;
  const multiline = end.line > start.line;
  let text = '';
  for (let number = first; number <= last; number += 1) {
    const line = readLine(file, number);
    const inside = number > start.line && number <= end.line;
    const margin = multiline ? (inside ? '| ' : '  ') : '';
    text += `${String(number).padStart(width)} | ${margin}${expandTabs(line)}\n`;
    if (number === start.line || (multiline && number === end.line)) {
      const edge = multiline ? (number === start.line ? ' |  _' : ' | |_') : ' | ';
      text += `${' '.repeat(width)}${edge}${formatCarets(line, number, start, end, multiline ? '_' : ' ')}\n`;
    }
  }
  return text;
}

function expandTabs(line: string): string {
  return line.replaceAll('\r', '').replace(/[\t\v]/g, ' '.repeat(tab));
}

type LineColumn = { readonly line: number; readonly column: number };

function formatCarets(line: string, number: number, start: LineColumn, end: LineColumn, blank: string): string {
  let marks = '';
  let column = 1;
  for (const character of line) {
    if (number === end.line && column > end.column) {
      break;
    }
    if (character === '\t' || character === '\v') {
      marks += blank.repeat(tab);
    } else {
      // On the first line the start decides, even if it is also the last: the loop has already stopped at the end.
      const meant = number === start.line ? column >= start.column : column <= end.column;
      marks += meant ? '^' : blank;
    }
    column += Buffer.byteLength(character);
  }
  return marks;
}
