import { QueryError } from '../language/query-error.ts';
import { findPosition } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';

/** A part of a query; `value` is the text of a string without quotes and escapes. */
export type Token = {
  readonly kind: 'word' | 'sign' | 'string' | 'number' | 'duration' | 'bytes' | 'end';
  readonly text: string;
  readonly value: string;
  readonly from: number;
};

const SPACE = /(?:\s|#[^\n]*)*/y;
const PATTERNS: readonly (readonly [kind: Token['kind'], pattern: RegExp])[] = [
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['duration', /(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdwy]))+(?![\w.])/y],
  ['bytes', /\d+(?:\.\d+)?\s?[kKMGTPE]?i?B(?!\w)/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['word', /[a-zA-Z_]\w*/y],
  ['sign', /\|=|\|~|\|>|!=|!~|!>|=~|==|>=|<=|[{}()[\],|=<>+\-*/%^@:.]/y],
];

/** Splits a query into tokens; the last one is the end. Throws {@link QueryError} for what cannot be a token. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += match(SPACE)?.length ?? 0;
    if (at >= query.length) return [...tokens, { kind: 'end', text: '', value: '', from: at }];
    const token = readToken();
    tokens.push(token);
    at += token.text.length;
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(query)?.[0];
  }

  function readToken(): Token {
    for (const [kind, pattern] of PATTERNS) {
      const text = match(pattern);
      if (text === undefined) continue;
      const value = kind === 'string' ? unquote(text) : text;
      if (value === undefined) throw createSyntaxError(query, at, 'invalid char escape');
      return { kind, text, value, from: at };
    }
    const found = query[at] ?? '';
    const problem = found === '"' || found === '`' ? 'literal not terminated' : `syntax error: unexpected ${found}`;
    throw createSyntaxError(query, at, problem);
  }
}

/** A syntax error with line and column. */
export function createSyntaxError(query: string, at: number, problem: string): QueryError {
  const { line, column } = findPosition(query, at);
  return new QueryError(`parse error at line ${line}, col ${column}: ${problem}`);
}
