import { isPrintable } from './quote.ts';
import { decodeAt, type SourceFile, sliceText } from './source.ts';
import type { Token } from './token.ts';

/** A token with its byte offset. `text` is the source text of a literal, identifier, comment or illegal character. */
export type ScannedToken = { readonly token: Token; readonly offset: number; readonly text: string };

/** Receives lexical errors: the byte offset and Alloy's message. */
export type ReportScanError = (offset: number, message: string) => void;

/** Returns the next token, comments included, and `EOF` once the end is reached. */
export type Scanner = () => ScannedToken;

const endOfFile = -1;
const byteOrderMark = 0xfeff;
const replacement = 0xfffd;

const charCode = (character: string): number => character.charCodeAt(0);
const [newline, carriageReturn, slash, star, backslash, dot] = ['\n', '\r', '/', '*', '\\', '.'].map(charCode) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

const singles: ReadonlyMap<number, Token> = new Map(
  (['+', '-', '*', '%', '^', '{', '}', '(', ')', '[', ']', ',', '.'] as const).map((token) => [charCode(token), token]),
);

/** Operators that start with the same character: the short one, the second character, the long one. */
const pairs: ReadonlyMap<number, readonly [Token, Token]> = new Map([
  [charCode('!'), ['!', '!=']],
  [charCode('='), ['=', '==']],
  [charCode('<'), ['<', '<=']],
  [charCode('>'), ['>', '>=']],
]);

/** The tokens after which a newline ends the statement. */
const endsStatement: ReadonlySet<Token> = new Set<Token>([
  'IDENT',
  'NUMBER',
  'FLOAT',
  'STRING',
  'BOOL',
  'NULL',
  '}',
  ')',
  ']',
]);

const letter = /^\p{L}$/u;
const digit = /^\p{Nd}$/u;

/**
 * Creates a scanner for the Alloy syntax. A newline becomes a `TERMINATOR` where a statement can end. After an error,
 * scanning continues with the next character.
 */
export function scanner(file: SourceFile, report: ReportScanError): Scanner {
  const { bytes } = file;
  /** The character at `offset`, and the offset of the next one. */
  let character = 0;
  let offset = 0;
  let following = 0;
  let terminable = false;

  function advance(): void {
    offset = following;
    if (offset >= bytes.length) {
      offset = bytes.length;
      character = endOfFile;
      return;
    }
    const [point, width] = decodeAt(bytes, offset);
    if (point === 0) {
      report(offset, 'illegal character NUL');
    } else if (point === replacement && width === 1) {
      report(offset, 'illegal UTF-8 encoding');
    } else if (point === byteOrderMark && offset > 0) {
      report(offset, 'illegal byte order mark');
    }
    following = offset + width;
    character = point;
  }

  function rewind(to: number): void {
    following = to;
    advance();
  }

  function skipWhitespace(): void {
    while (
      character === 0x20 ||
      character === 0x09 ||
      character === carriageReturn ||
      (character === newline && !terminable)
    ) {
      advance();
    }
  }

  function skipDigits(): number {
    const start = offset;
    while (isDecimal(character)) {
      advance();
    }
    return offset - start;
  }

  function scanIdentifier(): ScannedToken {
    const start = offset;
    while (isLetter(character) || isDigit(character)) {
      advance();
    }
    const text = sliceText(file, start, offset);
    const token = text === 'null' ? 'NULL' : text === 'true' || text === 'false' ? 'BOOL' : 'IDENT';
    return { token, offset: start, text };
  }

  function scanNumber(): ScannedToken {
    const start = offset;
    let token: Token = 'NUMBER';
    skipDigits();
    if (character === dot) {
      token = 'FLOAT';
      advance();
      skipDigits();
    }
    if (character === charCode('e') || character === charCode('E')) {
      token = 'FLOAT';
      advance();
      if (character === charCode('+') || character === charCode('-')) {
        advance();
      }
      if (skipDigits() === 0) {
        report(start, 'exponent has no digits');
      }
    }
    return { token, offset: start, text: sliceText(file, start, offset) };
  }

  function scanString(start: number, quote: number, raw: boolean): string {
    for (;;) {
      const current = character;
      if ((!raw && current === newline) || current === endOfFile) {
        report(start, 'string literal not terminated');
        break;
      }
      advance();
      if (current === quote) {
        break;
      }
      if (!raw && current === backslash) {
        scanEscape();
      }
    }
    return sliceText(file, start, offset);
  }

  function scanEscape(): void {
    const start = offset;
    const form = findEscapeForm(character);
    if (form === undefined) {
      report(start, character === endOfFile ? 'escape sequence not terminated' : 'unknown escape sequence');
      return;
    }
    if (form.prefixed) {
      advance();
    }
    let value = 0;
    for (let left = form.digits; left > 0; left -= 1) {
      const digitValue = readDigit(character);
      if (digitValue >= form.base) {
        report(
          start,
          character === endOfFile
            ? 'escape sequence not terminated'
            : `illegal character ${nameCharacter(character)} in escape sequence`,
        );
        return;
      }
      value = value * form.base + digitValue;
      advance();
    }
    if (form.digits > 0 && (value > form.max || (value >= 0xd800 && value < 0xe000))) {
      report(start, 'escape sequence is invalid Unicode code point');
    }
  }

  /** Scans a comment whose first slash has been consumed. */
  function scanComment(start: number): string {
    const isBlock = character === star;
    advance();
    if (!isBlock) {
      while (character !== newline && character !== endOfFile) {
        advance();
      }
      return removeCarriageReturns(sliceText(file, start, offset), false);
    }
    for (;;) {
      if (character === endOfFile) {
        report(start, 'block comment not terminated');
        break;
      }
      const current = character;
      advance();
      if (current === star && Number(character) === slash) {
        advance();
        break;
      }
    }
    return removeCarriageReturns(sliceText(file, start, offset), true);
  }

  /** Whether only comments follow on the line, after a first slash that has been consumed. */
  function doCommentsEndLine(): boolean {
    while (character === slash || character === star) {
      if (character === slash) {
        return true;
      }
      advance();
      while (character !== endOfFile) {
        const current = Number(character);
        if (current === newline) {
          return true;
        }
        advance();
        if (current === star && Number(character) === slash) {
          advance();
          break;
        }
      }
      skipWhitespace();
      if (character === endOfFile || character === newline) {
        return true;
      }
      if (character !== slash) {
        return false;
      }
      advance();
    }
    return false;
  }

  /** Scans a comment or a division; returns a terminator if the statement ends before the comment. */
  function scanSlash(start: number): ScannedToken {
    if (character !== slash && character !== star) {
      return { token: '/', offset: start, text: '' };
    }
    if (terminable) {
      const ends = doCommentsEndLine();
      rewind(start);
      if (ends) {
        return { token: 'TERMINATOR', offset: start, text: '\n' };
      }
      advance();
    }
    return { token: 'COMMENT', offset: start, text: scanComment(start) };
  }

  function scanDoubled(start: number, sign: '|' | '&'): ScannedToken {
    if (character === charCode(sign)) {
      advance();
    } else {
      report(offset, `missing second ${sign} in ${sign}${sign}`);
    }
    return { token: sign === '|' ? '||' : '&&', offset: start, text: '' };
  }

  function scanOther(): ScannedToken {
    const start = offset;
    const first = character;
    advance();
    const single = singles.get(first);
    if (single !== undefined) {
      return { token: single, offset: start, text: '' };
    }
    const pair = pairs.get(first);
    if (pair !== undefined) {
      const long = character === charCode('=');
      if (long) {
        advance();
      }
      return { token: pair[long ? 1 : 0], offset: start, text: '' };
    }
    switch (first) {
      case endOfFile:
        return terminable
          ? { token: 'TERMINATOR', offset: start, text: '\n' }
          : { token: 'EOF', offset: start, text: '' };
      case newline:
        return { token: 'TERMINATOR', offset: start, text: '\n' };
      case charCode('"'):
        return { token: 'STRING', offset: start, text: scanString(start, first, false) };
      case charCode('`'):
        return { token: 'STRING', offset: start, text: scanString(start, first, true) };
      case charCode("'"):
        report(start, 'illegal single-quoted string; use double quotes');
        return { token: 'ILLEGAL', offset: start, text: scanString(start, first, false) };
      case charCode('|'):
        return scanDoubled(start, '|');
      case charCode('&'):
        return scanDoubled(start, '&');
      case slash:
        return scanSlash(start);
      default:
        if (first !== byteOrderMark) {
          report(start, `illegal character ${nameCharacter(first)}`);
        }
        return { token: 'ILLEGAL', offset: start, text: String.fromCodePoint(first) };
    }
  }

  advance();
  if (character === byteOrderMark) {
    advance();
  }

  return () => {
    skipWhitespace();
    const next = isLetter(character)
      ? scanIdentifier()
      : isDecimal(character) || (character === dot && isDecimal(bytes[following] ?? 0))
        ? scanNumber()
        : scanOther();
    // A single-quoted string ends a statement like any string; other illegal characters do not change whether it can
    // end.
    const keeps = next.token === 'ILLEGAL' && !next.text.startsWith("'");
    terminable = keeps ? terminable : next.token === 'ILLEGAL' || endsStatement.has(next.token);
    return next;
  };
}

/** Whether `text` is an identifier. Labels must be. */
export function isIdentifier(text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const { token, text: scanned } = scanner({ name: '', bytes, lineStarts: [0] }, () => undefined)();
  return token === 'IDENT' && scanned === text;
}

function isDecimal(character: number): boolean {
  return character >= 0x30 && character <= 0x39;
}

function isLetter(character: number): boolean {
  return (
    (character >= 0x61 && character <= 0x7a) ||
    (character >= 0x41 && character <= 0x5a) ||
    character === 0x5f ||
    (character >= 0x80 && letter.test(String.fromCodePoint(character)))
  );
}

function isDigit(character: number): boolean {
  return isDecimal(character) || (character >= 0x80 && digit.test(String.fromCodePoint(character)));
}

type EscapeForm = {
  readonly prefixed: boolean;
  readonly digits: number;
  readonly base: number;
  readonly max: number;
};

function findEscapeForm(character: number): EscapeForm | undefined {
  const sign = character < 0 ? '' : String.fromCodePoint(character);
  if (sign !== '' && 'abfnrtv\\"'.includes(sign)) {
    return { prefixed: true, digits: 0, base: 8, max: 0 };
  }
  if (character >= 0x30 && character <= 0x37) {
    return { prefixed: false, digits: 3, base: 8, max: 255 };
  }
  const hexadecimal = ({ x: [2, 255], u: [4, 0x10ffff], U: [8, 0x10ffff] } as const)[sign as 'x' | 'u' | 'U'];
  return hexadecimal && { prefixed: true, digits: hexadecimal[0], base: 16, max: hexadecimal[1] };
}

function readDigit(character: number): number {
  const value = character < 0 || character > 0x7f ? Number.NaN : Number.parseInt(String.fromCharCode(character), 16);
  return Number.isNaN(value) ? 16 : value;
}

/** `U+0023 '#'`, with the character only if it is printable. */
function nameCharacter(point: number): string {
  const character = String.fromCodePoint(point);
  const name = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrintable(character) ? `${name} '${character}'` : name;
}

/** Removes the carriage returns of Windows line endings from a comment, except one between `*` and `/`. */
function removeCarriageReturns(comment: string, isBlock: boolean): string {
  const text = comment.endsWith('\r') ? comment.slice(0, -1) : comment;
  return text.replace(/\r/g, (found, at: number) =>
    isBlock && at > 2 && text[at - 1] === '*' && text[at + 1] === '/' ? found : '',
  );
}
