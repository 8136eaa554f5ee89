import { NANOSECONDS } from '../language/duration.ts';
import { QueryError } from '../language/query-error.ts';
import { findPosition } from '../language/syntax-tree.ts';
import { unquote } from '../language/unquote.ts';
import type { Scalar } from './static.ts';

/** A part of a query. The name of an attribute is a token of its own, after its scope (`.`, `span.`, …). */
export type Token =
  | { readonly kind: 'word' | 'attribute' | 'end'; readonly text: string; readonly from: number }
  | { readonly kind: 'literal'; readonly text: string; readonly from: number; readonly value: Scalar };

/** Scopes end in a dot or colon, and take precedence over the word that they begin with. */
const WORD =
  /(?:parent|resource|span|event|link|instrumentation)\.|(?:trace|span|event|link|instrumentation):|[\p{L}_][\p{L}\p{Nd}_]*|[!&](?:>>|<<|[><~])|!=|!~|=~|>=|<=|>>|<<|&&|\|\||[.,{}()=><+\-*/%^!|~]/uy;
const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y;
const NUMBER = /0[xXbBoO][0-9a-fA-F_]*|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const DURATION = /(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|[smhdwy])(?:[\d.]+(?:ns|us|µs|ms|[smhdwy]))*(?![\p{L}\d])/uy;
const DURATION_PARTS = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|[smhdwy])/g;
/** Outside of quotes, all but spaces and these characters belong to the name of an attribute. */
const ATTRIBUTE = /(?:"(?:[^"\\]|\\["\\])*"|[^\s{}()=~!<>&|^,"])+/y;
const MAX_INT = 2n ** 63n - 1n;

/** Splits a query into tokens; the last one is the end. Throws {@link QueryError} for what cannot be a token. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    take(SPACE);
    const from = at;
    if (from >= query.length) {
      tokens.push({ kind: 'end', text: '', from });
      return tokens;
    }
    tokens.push(readLiteral(from) ?? readWord(from));
    const { kind, text } = tokens.at(-1) as Token;
    const isScope = kind === 'word' && text.endsWith('.');
    const name = isScope ? take(ATTRIBUTE) : undefined;
    if (name !== undefined) tokens.push({ kind: 'attribute', text: unquoteParts(name), from: at - name.length });
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const text = pattern.exec(query)?.[0];
    at += text?.length ?? 0;
    return text;
  }

  function readLiteral(from: number): Token | undefined {
    const string = take(STRING);
    if (string !== undefined) {
      const value = unquote(string);
      if (value === undefined) throw createSyntaxError(query, from, 'invalid char escape');
      return { kind: 'literal', text: 'STRING', from, value: { type: 'string', value } };
    }
    const duration = take(DURATION);
    if (duration !== undefined) return { kind: 'literal', text: 'DURATION', from, value: parseDuration(duration) };
    const number = take(NUMBER);
    if (number === undefined) return undefined;
    const value = parseNumber(number, from);
    return { kind: 'literal', text: value.type === 'int' ? 'INTEGER' : 'FLOAT', from, value };
  }

  function parseNumber(text: string, from: number): Scalar {
    if (/^\d+$/.test(text)) {
      const value = BigInt(text);
      if (value <= MAX_INT) return { type: 'int', value };
      throw createSyntaxError(query, from, `strconv.Atoi: parsing "${text}": value out of range`);
    }
    if (/^0[xXbBoO]|_/.test(text)) {
      throw createSyntaxError(query, from, `strconv.Atoi: parsing "${text}": invalid syntax`);
    }
    const value = Number(text);
    if (Number.isFinite(value)) return { type: 'float', value };
    throw createSyntaxError(query, from, `strconv.ParseFloat: parsing "${text}": value out of range`);
  }

  function readWord(from: number): Token {
    const text = take(WORD);
    if (text !== undefined) return { kind: 'word', text, from };
    throw createSyntaxError(
      query,
      from,
      query[from] === '"' ? 'literal not terminated' : 'syntax error: unexpected IDENTIFIER',
    );
  }
}

/** A syntax error with line and column. */
export function createSyntaxError(query: string, at: number, problem: string): QueryError {
  const { line, column } = findPosition(query, at);
  return new QueryError(`invalid TraceQL query: parse error at line ${line}, col ${column}: ${problem}`);
}

function parseDuration(text: string): Scalar {
  let total = 0;
  for (const [, number, unit = ''] of text.matchAll(DURATION_PARTS))
    total += Number(number) * (NANOSECONDS.get(unit) ?? 0);
  return { type: 'duration', value: BigInt(Math.round(total)) };
}

function unquoteParts(name: string): string {
  return name.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inside: string) => inside.replace(/\\(.)/g, '$1'));
}
