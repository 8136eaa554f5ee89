import { align, verbatim } from './align.ts';
import {
  type Comment,
  countBytes,
  type Expression,
  findEnd,
  findStart,
  findStatementEnd,
  findStatementStart,
  type Identifier,
  type Statement,
  type Tree,
} from './ast.ts';
import { quote } from './quote.ts';
import { findPosition, type SourceFile } from './source.ts';
import type { Token } from './token.ts';

/** Formats a file as `alloy fmt` does, with a newline at the end. */
export function format(file: SourceFile, tree: Tree): string {
  const printer = createPrinter(file, tree.comments);
  printStatements(printer, tree.body);
  return `${align(printer.finish())}\n`;
}

/** Formats an expression, without its comments. */
export function formatExpression(file: SourceFile, expression: Expression): string {
  const printer = createPrinter(file, []);
  printExpression(printer, expression);
  return align(printer.finish());
}

/**
 * White space is written only once text follows, so that comments can come in between and none is left at the end: a
 * space, the end of a cell (`\v`), of a row (`\n`) or of a run of aligned rows (`\f`), or a change of indentation.
 */
type Space = ' ' | '\v' | '\n' | '\f' | 'indent' | 'unindent';

type Printer = {
  readonly space: (...spaces: readonly Space[]) => void;
  /** Writes text. `offset` is its position in the source, if known. */
  readonly write: (text: string, offset?: number, token?: Token) => void;
  readonly moveTo: (offset: number) => void;
  readonly findLine: (offset: number) => number;
  readonly finish: () => string;
};

/** The number of pending spaces from which on they are written even if no text follows. */
const maxPending = 16;
const maxNewlines = 2;

function createPrinter(file: SourceFile, comments: readonly (readonly Comment[])[]): Printer {
  const groups = comments.filter((group) => group.length > 0);
  let output = '';
  let indentation = 0;
  let lineEmpty = true;
  let pending: (Space | undefined)[] = [];
  let lastToken: Token | undefined;
  /** The position in the source of what is being written: the last known one plus the text written since. */
  let place = { offset: 0, line: 1 };
  /** The source line on which the last text ended. */
  let lastLine = 0;

  const findLine = (offset: number): number => findPosition(file, offset).line;

  function indent(): void {
    if (lineEmpty) {
      output += '\t'.repeat(indentation);
      place = { ...place, offset: place.offset + indentation };
    }
  }

  function writeSpace(character: string, count: number): void {
    indent();
    output += character.repeat(count);
    lineEmpty = character === '\n' || character === '\f';
    place = { offset: place.offset + count, line: place.line + (lineEmpty ? count : 0) };
  }

  function writePending(count: number): void {
    for (const space of pending.slice(0, count)) {
      if (space === 'indent') {
        indentation += 1;
      } else if (space === 'unindent') {
        indentation -= 1;
      } else if (space !== undefined) {
        writeSpace(space, 1);
      }
    }
    pending = pending.slice(count);
  }

  function writeText(text: string, at: { offset: number; line: number }, marked: boolean): void {
    indent();
    output += marked ? verbatim + text + verbatim : text;
    const newlines = text.replace(/[^\n\f]/g, '').length;
    place = { offset: at.offset + countBytes(text), line: at.line + newlines };
    lineEmpty = /[\n\f]$/.test(text);
    lastLine = place.line;
  }

  function writeCommentsBefore(offset: number, line: number, atEnd: boolean): void {
    let last: Comment | undefined;
    for (let group = groups[0]; group?.[0] !== undefined && group[0].offset <= offset; group = groups[0]) {
      for (const comment of group) {
        separateComment(comment, line);
        writeText(comment.text, { offset: comment.offset, line: findLine(comment.offset) }, true);
        last = comment;
      }
      groups.shift();
    }
    if (last !== undefined && !atEnd) {
      separateFromComment(last, line);
    }
  }

  function separateComment(comment: Comment, nextLine: number): void {
    if (output === '') {
      return;
    }
    const line = findLine(comment.offset);
    if (line === lastLine) {
      // A comment between two tokens of a line gets a space; one at the end of a line gets its own column.
      writeSpace(line === nextLine ? ' ' : '\t', 1);
      return;
    }
    const firstVisible = pending.findIndex((space) => space !== 'indent' && space !== 'unindent');
    if (firstVisible >= 0) {
      pending[firstVisible] = undefined;
      writePending(firstVisible);
    }
    if (line > lastLine) {
      writeSpace('\f', Math.min(line - lastLine, maxNewlines));
    }
  }

  function separateFromComment(comment: Comment, nextLine: number): void {
    if (comment.text.startsWith('/*') && findLine(comment.offset + countBytes(comment.text) - 1) === nextLine) {
      writeSpace(' ', 1);
    }
    const newlines = nextLine - lastLine;
    const endsRun = pending.includes('\f');
    pending = pending.filter((space) => space === 'indent' || space === 'unindent');
    writePending(pending.length);
    if (newlines > 0) {
      writeSpace(endsRun ? '\f' : '\n', Math.min(newlines, maxNewlines));
    }
  }

  return {
    findLine,
    moveTo(offset) {
      place = { offset, line: findLine(offset) };
    },
    space(...spaces) {
      for (const space of spaces) {
        if (pending.length === maxPending) {
          writePending(pending.length);
        }
        pending.push(space);
        lastToken = undefined;
      }
    },
    write(text, offset, token) {
      if (offset !== undefined) {
        place = { offset, line: findLine(offset) };
      }
      // `1` and `.x` must not become the number `1.`, nor `/` and `*` a comment.
      if ((lastToken === 'NUMBER' && text.startsWith('.')) || (lastToken === '/' && text.startsWith('*'))) {
        pending = [' '];
      }
      lastToken = token;
      const at = place;
      if (groups[0]?.[0] !== undefined && groups[0][0].offset <= at.offset) {
        writeCommentsBefore(at.offset, at.line, false);
      } else {
        writePending(pending.length);
      }
      writeText(text, at, false);
    },
    finish() {
      writeCommentsBefore(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true);
      return output;
    },
  };
}

function countLines(printer: Printer, start: number, end: number): number {
  return printer.findLine(end) - printer.findLine(start) + 1;
}

function printStatements(printer: Printer, statements: readonly Statement[]): void {
  for (const [index, statement] of statements.entries()) {
    const previous = statements[index - 1];
    if (previous !== undefined) {
      const gap = printer.findLine(findStatementStart(statement)) - printer.findLine(findStatementEnd(previous));
      if (statement.kind === 'block' || gap > 1) {
        printer.space('\f');
      }
    }
    printStatement(printer, statement);
    const lines = countLines(printer, findStatementStart(statement), findStatementEnd(statement));
    printer.space(lines > 1 ? '\f' : '\n');
  }
}

function printStatement(printer: Printer, statement: Statement): void {
  if (statement.kind === 'attribute') {
    printIdentifier(printer, statement.name, true);
    printer.space('\v');
    printer.write('=');
    printer.space(' ');
    printExpression(printer, statement.value);
    return;
  }
  printer.write(statement.name, statement.offset, 'IDENT');
  if (statement.label !== '') {
    printer.space(' ');
    printer.write(quote(statement.label), statement.labelOffset, 'STRING');
  }
  printer.space(' ');
  printer.write('{', statement.open);
  printer.space('indent');
  if (statement.body.length > 0) {
    printer.space('\f');
    printStatements(printer, statement.body);
  } else {
    printer.space(' ');
  }
  printer.space('unindent');
  printer.write('}', statement.close);
}

function printIdentifier(printer: Printer, identifier: Identifier, placed: boolean): void {
  printer.write(identifier.name, placed ? identifier.offset : undefined, 'IDENT');
}

function printExpression(printer: Printer, expression: Expression): void {
  switch (expression.kind) {
    case 'literal':
      printer.write(expression.text, expression.offset, expression.token);
      break;
    case 'identifier':
      printIdentifier(printer, expression.identifier, true);
      break;
    case 'array':
      printArray(printer, expression);
      break;
    case 'object':
      printObject(printer, expression);
      break;
    case 'access':
      printExpression(printer, expression.value);
      printer.write('.', undefined, '.');
      printIdentifier(printer, expression.name, false);
      break;
    case 'index':
      printExpression(printer, expression.value);
      printer.write('[', expression.open);
      printExpression(printer, expression.index);
      printer.write(']', expression.close);
      break;
    case 'call':
      printCall(printer, expression);
      break;
    case 'unary':
      printer.write(expression.operator, expression.offset, expression.operator);
      printExpression(printer, expression.value);
      break;
    case 'binary':
      printExpression(printer, expression.left);
      printer.space(' ');
      printer.write(expression.operator, expression.offset, expression.operator);
      printer.space(' ');
      printExpression(printer, expression.right);
      break;
    case 'paren':
      printer.write('(');
      printExpression(printer, expression.inner);
      printer.write(')');
      break;
  }
}

/** An element that starts a line in the source keeps its line; a list that closes on its own line ends with a comma. */
function printArray(printer: Printer, array: Extract<Expression, { kind: 'array' }>): void {
  printer.write('[', array.open);
  let line = printer.findLine(array.open);
  for (const [index, element] of array.elements.entries()) {
    const ownLine = printer.findLine(findStart(element)) !== line;
    if (ownLine) {
      // Indent first, so that comments above the element are indented too.
      printer.space('indent', '\f');
    } else if (index > 0) {
      printer.space(' ');
    }
    line = printer.findLine(findEnd(element));
    printExpression(printer, element);
    if (index + 1 < array.elements.length) {
      printer.write(',');
    }
    if (ownLine) {
      printer.space('unindent');
    }
  }
  if (array.elements.length > 0 && line !== printer.findLine(array.close)) {
    printer.write(',');
    printer.space('indent', '\f', 'unindent');
  }
  printer.write(']', array.close);
}

function printObject(printer: Printer, object: Extract<Expression, { kind: 'object' }>): void {
  printer.write('{', object.open);
  printer.space('indent');
  let line = printer.findLine(object.open);
  for (const [index, field] of object.fields.entries()) {
    const before = object.fields[index - 1]?.value;
    if (printer.findLine(field.name.offset) !== line) {
      // Equal signs are aligned as long as each value fits on one line.
      const aligned = before !== undefined && countLines(printer, findStart(before), findEnd(before)) === 1;
      printer.space(aligned ? '\n' : '\f');
    } else if (index > 0) {
      printer.space(' ');
    }
    // Use the line of the name: after a value of several lines, the next field starts a line.
    line = printer.findLine(field.name.offset + countBytes(field.name.name) - 1);
    printer.write(field.quoted ? quote(field.name.name) : field.name.name, field.name.offset, 'IDENT');
    printer.space('\v');
    printer.write('=');
    printer.space(' ');
    printExpression(printer, field.value);
    if (index + 1 < object.fields.length) {
      printer.write(',');
    }
  }
  if (object.fields.length > 0 && line !== printer.findLine(object.close)) {
    printer.write(',');
    printer.space('\f');
  }
  printer.space('unindent');
  printer.write('}', object.close);
}

function printCall(printer: Printer, call: Extract<Expression, { kind: 'call' }>): void {
  printExpression(printer, call.value);
  printer.write('(');
  let line = printer.findLine(call.open);
  for (const [index, argument] of call.args.entries()) {
    const ownLine = printer.findLine(findStart(argument)) !== line;
    if (ownLine) {
      printer.space('\f', 'indent');
    }
    printExpression(printer, argument);
    line = printer.findLine(findEnd(argument));
    if (index + 1 < call.args.length) {
      printer.write(',');
      printer.space(' ');
    }
    if (ownLine) {
      printer.space('unindent');
    }
  }
  if (line !== printer.findLine(call.close)) {
    printer.write(',');
    printer.space('\f');
  }
  printer.write(')');
}
