/**
 * Aligns text into columns like Go's `text/tabwriter` with a padding of one space, tabs for indentation and empty
 * columns discarded; then trims trailing white space.
 *
 * `\t` and `\v` end a cell (an empty cell ended by `\t` keeps its column), `\n` ends a row, `\f` ends a row and all
 * columns. Text between two `verbatim` marks is not changed.
 */
export function align(text: string): string {
  return trimLines(splitRuns(text).map(alignRun).join('\n'));
}

/** Encloses text that `align` must not change. It can not occur in UTF-8 text. */
export const verbatim = '\udc00';

const indentWidth = 8;

type Cell = { readonly text: string; readonly width: number; readonly byTab: boolean };
type Row = readonly Cell[];

/** Splits text into runs of rows that share columns. A form feed ends a run, and so does a row with a single cell. */
function splitRuns(text: string): Row[][] {
  const result: Row[][] = [];
  let run: Row[] = [];
  let row: Cell[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index <= text.length; index += 1) {
    const character = text[index];
    if (character === verbatim) {
      quoted = !quoted;
    }
    if (character !== undefined && (quoted || !'\t\v\n\f'.includes(character))) {
      continue;
    }
    row.push(createCell(text.slice(start, index), character === '\t'));
    start = index + 1;
    if (character === '\t' || character === '\v') {
      continue;
    }
    run.push(row);
    if (character !== '\n' || row.length === 1) {
      result.push(run);
      run = [];
    }
    row = [];
  }
  if (run.length > 0) {
    result.push(run);
  }
  return result;
}

function createCell(text: string, byTab: boolean): Cell {
  return { text, width: [...text.replaceAll(verbatim, '')].length, byTab };
}

function alignRun(rows: readonly Row[]): string {
  const widths: number[][] = rows.map(() => []);
  measure(rows, widths, 0, 0, rows.length);
  return rows.map((row, index) => formatRow(row, widths[index] ?? [])).join('\n');
}

/**
 * Finds the blocks of rows between `first` and `end` that have a cell in `column`, and sets the width of each block.
 */
function measure(rows: readonly Row[], widths: number[][], column: number, first: number, end: number): void {
  // The last cell of a row does not belong to a column.
  const reaches = (index: number): boolean => column < (rows[index]?.length ?? 0) - 1;
  for (let index = first; index < end; index += 1) {
    if (!reaches(index)) {
      continue;
    }
    const start = index;
    while (index < end && reaches(index)) {
      index += 1;
    }
    const cells = rows.slice(start, index).flatMap((row) => row.slice(column, column + 1));
    const used = cells.some((found) => found.width > 0 || found.byTab);
    const width = used ? Math.max(...cells.map((found) => found.width)) + 1 : 0;
    for (const own of widths.slice(start, index)) {
      own.push(width);
    }
    measure(rows, widths, column + 1, start, index);
  }
}

function formatRow(row: Row, widths: readonly number[]): string {
  let text = '';
  let indenting = true;
  for (const [index, { text: content, width }] of row.entries()) {
    const columnWidth = widths[index] ?? 0;
    if (content === '' && indenting) {
      text += '\t'.repeat(Math.ceil(columnWidth / indentWidth));
      continue;
    }
    if (content !== '') {
      indenting = false;
    }
    text += content + ' '.repeat(Math.max(columnWidth - width, 0));
  }
  return text;
}

/** Removes the marks, and trailing white space outside of them. */
function trimLines(text: string): string {
  const segments = text.split(verbatim);
  return segments
    .map((segment, index) => {
      if (index % 2 === 1) {
        return segment;
      }
      const trimmed = segment.replace(/[\t ]+(?=\n)/g, '');
      return index === segments.length - 1 ? trimmed.replace(/[\t ]+$/, '') : trimmed;
    })
    .join('');
}
