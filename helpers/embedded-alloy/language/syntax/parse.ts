import {
  type Attribute,
  type Block,
  type Comment,
  countBytes,
  type Expression,
  findStart,
  type Identifier,
  type ObjectField,
  type Statement,
  type Tree,
} from './ast.ts';
import { createError, type Diagnostic, DiagnosticError } from './diagnostic.ts';
import { quote, quoteBytes } from './quote.ts';
import { isIdentifier, type ScannedToken, scanner } from './scan.ts';
import { findPosition, type SourceFile } from './source.ts';
import { findPrecedence, isBinaryOperator, type Token } from './token.ts';

/**
 * Parses a configuration file.
 * @throws DiagnosticError with all syntax errors that Alloy reports: all lexical ones, and the first other one of each
 * line
 */
export function parse(file: SourceFile): Tree {
  const diagnostics: Diagnostic[] = [];
  const comments: Comment[][] = [];
  const scan = scanner(file, (offset, message) => diagnostics.push(createError(file, offset, undefined, message)));
  let current: ScannedToken = { token: 'EOF', offset: 0, text: '' };
  let lastErrorLine = 0;

  // A function, so that the compiler does not assume that the token stays the same after `next()`.
  const token = (): Token => current.token;

  function findLine(offset: number): number {
    return findPosition(file, offset).line;
  }

  function next(): void {
    current = scan();
    while (token() === 'COMMENT') {
      comments.push(readCommentGroup());
    }
  }

  function readCommentGroup(): Comment[] {
    const group: Comment[] = [];
    let endLine = findLine(current.offset);
    while (token() === 'COMMENT' && findLine(current.offset) <= endLine + 1) {
      const { offset, text } = current;
      endLine = findLine(offset) + (text.startsWith('/*') ? text.split('\n').length - 1 : 0);
      group.push({ offset, text });
      current = scan();
    }
    return group;
  }

  function fail(message: string): void {
    const line = findLine(current.offset);
    if (line !== lastErrorLine) {
      lastErrorLine = line;
      diagnostics.push(createError(file, current.offset, undefined, message));
    }
  }

  /** Consumes and returns the current token, even if it is not the expected one. */
  function expect(wanted: Token): ScannedToken {
    const found = current;
    if (found.token !== wanted) {
      fail(`expected ${wanted}, got ${found.token}`);
    }
    next();
    return found;
  }

  function skipTo(...wanted: readonly Token[]): void {
    while (token() !== 'EOF' && !wanted.includes(token())) {
      next();
    }
  }

  /** Skips to the terminator of the statement, ignoring terminators inside its brackets. */
  function skipStatement(): void {
    const depth = { '{': 0, '[': 0, '(': 0 };
    const closes: Partial<Record<Token, keyof typeof depth>> = { '}': '{', ']': '[', ')': '(' };
    while (token() !== 'EOF') {
      const kind = token();
      const closed = closes[kind];
      if (kind === '{' || kind === '[' || kind === '(') {
        depth[kind] += 1;
      } else if (closed !== undefined) {
        depth[closed] -= 1;
      } else if (kind === 'TERMINATOR' && Object.values(depth).every((open) => open <= 0)) {
        return;
      }
      next();
    }
  }

  function parseBody(until: Token): Statement[] {
    const body: Statement[] = [];
    while (token() !== until && token() !== 'EOF') {
      const statement = parseStatement();
      if (statement !== undefined) {
        body.push(statement);
      }
      if (token() === until) {
        break;
      }
      if (token() !== 'TERMINATOR') {
        fail(`expected TERMINATOR, got ${token()}`);
        skipStatement();
      }
      next();
    }
    return body;
  }

  function parseStatement(): Statement | undefined {
    const name = parseName();
    if (name === undefined) {
      skipTo('IDENT');
      return undefined;
    }
    if (token() === '=') {
      return parseAttribute(name);
    }
    if (token() === '{') {
      return parseBlock(name);
    }
    const either = name.fragments.length === 1 && name.label === '';
    fail(`expected ${either ? 'attribute assignment or block body' : 'block body'}, got ${token()}`);
    skipTo('IDENT');
    return undefined;
  }

  function parseAttribute(name: StatementName): Attribute {
    next();
    const [first = ''] = name.fragments;
    if (name.fragments.length !== 1) {
      const end = name.offset + countBytes(name.fragments.join('.')) - 1;
      const message = 'attribute names may only consist of a single identifier with no "."';
      diagnostics.push(createError(file, name.offset, end, message));
    } else if (name.labelOffset !== undefined) {
      const end = name.labelOffset + countBytes(name.label) + 1;
      diagnostics.push(createError(file, name.labelOffset, end, 'attribute names may not have labels'));
    }
    return { kind: 'attribute', name: { name: first, offset: name.offset }, value: parseExpression() };
  }

  function parseBlock(name: StatementName): Block {
    const open = expect('{').offset;
    const body = parseBody('}');
    const close = expect('}').offset;
    const { fragments, offset, label, labelOffset } = name;
    return { kind: 'block', name: fragments.join('.'), offset, label, labelOffset, body, open, close };
  }

  function parseName(): StatementName | undefined {
    if (token() !== 'IDENT') {
      fail(`expected identifier, got ${token()}`);
      return undefined;
    }
    const { offset } = current;
    const fragments = [current.text];
    next();
    while (token() === '.') {
      next();
      if (token() !== 'IDENT') {
        fail(`expected identifier, got ${token()}`);
      }
      fragments.push(current.text);
      next();
    }
    if (token() === '=' || token() === '{') {
      return { fragments, offset, label: '', labelOffset: undefined };
    }
    if (token() !== 'STRING') {
      fail(`expected block label, got ${token()}`);
      next();
      return { fragments, offset, label: '', labelOffset: undefined };
    }
    const labelOffset = current.offset;
    const label = parseLabel(current.text);
    next();
    return { fragments, offset, label, labelOffset };
  }

  function parseLabel(written: string): string {
    if (!written.startsWith('"')) {
      fail(`expected block label to be a double quoted string, but got ${quote(written)}`);
    }
    const label = written.length > 2 ? written.slice(1, -1) : '';
    // An unterminated label has no closing quote, but Alloy removes its last byte anyway.
    const bytes = Buffer.from(written).subarray(1, -1);
    if (label !== '' && !(bytes.equals(Buffer.from(label)) && isIdentifier(label))) {
      fail(`expected block label to be a valid identifier, but got ${quoteBytes(bytes)}`);
    }
    return label;
  }

  function parseExpression(): Expression {
    return parseBinary(1);
  }

  function parseBinary(lowest: number): Expression {
    let left = parsePower();
    for (;;) {
      const operator = token();
      const binds = findPrecedence(operator) ?? 0;
      if (binds < lowest || !isBinaryOperator(operator)) {
        return left;
      }
      const { offset } = current;
      next();
      left = { kind: 'binary', left, operator, offset, right: parseBinary(binds + 1) };
    }
  }

  /** `^` is the only right-associative operator. */
  function parsePower(): Expression {
    const left = parseUnary();
    if (token() !== '^') {
      return left;
    }
    const { offset } = current;
    next();
    return { kind: 'binary', left, operator: '^', offset, right: parsePower() };
  }

  function parseUnary(): Expression {
    const operator = token();
    if (operator !== '!' && operator !== '-') {
      return parseSuffixes(parsePrimary());
    }
    const { offset } = current;
    next();
    return { kind: 'unary', operator, offset, value: parseUnary() };
  }

  function parseSuffixes(primary: Expression): Expression {
    let value = primary;
    for (;;) {
      switch (token()) {
        case '.': {
          next();
          const { text, offset } = expect('IDENT');
          value = { kind: 'access', value, name: { name: text, offset } };
          break;
        }
        case '[': {
          const open = expect('[').offset;
          const index = parseExpression();
          value = { kind: 'index', value, index, open, close: expect(']').offset };
          break;
        }
        case '(': {
          const open = expect('(').offset;
          const args = token() === ')' ? [] : parseExpressions(')');
          value = { kind: 'call', value, args, open, close: expect(')').offset };
          break;
        }
        case 'STRING':
        case '{':
          if (!skipBlockAsExpression(value)) {
            return value;
          }
          break;
        default:
          return value;
      }
    }
  }

  /**
   * Skips a block that stands in place of an expression; false if it is not even a block and the statement was skipped.
   */
  function skipBlockAsExpression(name: Expression): boolean {
    if (token() === 'STRING') {
      next();
    }
    if (expect('{').token !== '{') {
      skipStatement();
      return false;
    }
    parseBody('}');
    const end = expect('}');
    if (end.token !== '}') {
      skipStatement();
      return false;
    }
    diagnostics.push(createError(file, findStart(name), end.offset, 'cannot use a block as an expression'));
    return true;
  }

  function parsePrimary(): Expression {
    const { token: kind, text, offset } = current;
    switch (kind) {
      case 'IDENT':
        next();
        return { kind: 'identifier', identifier: { name: text, offset } };
      case 'STRING':
      case 'NUMBER':
      case 'FLOAT':
      case 'BOOL':
      case 'NULL':
        next();
        return { kind: 'literal', token: kind, text, offset };
      case '(': {
        next();
        const inner = parseExpression();
        return { kind: 'paren', inner, open: offset, close: expect(')').offset };
      }
      case '[': {
        next();
        const elements = token() === ']' ? [] : parseExpressions(']');
        return { kind: 'array', elements, open: offset, close: expect(']').offset };
      }
      case '{': {
        next();
        // Alloy checks for the wrong bracket here, which shows in the errors for `{]`.
        const fields = token() === ']' ? [] : parseFields();
        return { kind: 'object', fields, open: offset, close: expect('}').offset };
      }
      default:
        fail(`expected expression, got ${kind}`);
        skipTo('TERMINATOR', ')', '}', ']', ',');
        return { kind: 'literal', token: 'NULL', text: 'null', offset };
    }
  }

  function parseExpressions(until: Token): Expression[] {
    return parseList(until, 'expression', parseExpression);
  }

  function parseFields(): ObjectField[] {
    return parseList('}', 'field', parseField);
  }

  function parseList<T>(until: Token, what: string, parseItem: () => T): T[] {
    const items: T[] = [];
    while (token() !== until && token() !== 'EOF') {
      items.push(parseItem());
      if (token() === until) {
        break;
      }
      if (token() !== ',') {
        fail(`missing ',' in ${what} list`);
      }
      next();
    }
    return items;
  }

  function parseField(): ObjectField {
    const { text, offset } = current;
    let name: Identifier = { name: text, offset };
    let quoted = false;
    if (token() === 'STRING' || token() === 'IDENT') {
      // As in Alloy, an empty string keeps its quotes and counts as unquoted.
      if (token() === 'STRING' && countBytes(text) > 2) {
        name = { name: text.slice(1, -1), offset };
        quoted = true;
      }
      next();
    } else {
      fail(`expected field name (string or identifier), got ${token()}`);
      skipTo('=');
    }
    expect('=');
    return { name, quoted, value: parseExpression() };
  }

  next();
  const body = parseBody('EOF');
  if (diagnostics.length > 0) {
    throw new DiagnosticError(diagnostics);
  }
  return { body, comments };
}

type StatementName = {
  readonly fragments: readonly string[];
  readonly offset: number;
  readonly label: string;
  readonly labelOffset: number | undefined;
};
