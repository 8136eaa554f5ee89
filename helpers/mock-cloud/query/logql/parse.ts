import { createMatcher, MATCH_OPERATORS, type Matcher, type MatchOperator } from '../language/matcher.ts';
import { NotEvaluatedError, QueryError } from '../language/query-error.ts';
import type { LabelFilter, LineFilter, LogQuery, NumberComparison } from './expression.ts';
import { NUMBER_COMPARISONS } from './expression.ts';
import { compileLinePattern } from './line-pattern.ts';
import { parseGoDuration, parseSize, roundSize } from './quantity.ts';
import { compileLabelExpression, compileLineExpression, contains, either, type TextTest } from './text-test.ts';
import { createSyntaxError, type Token, tokenize } from './token.ts';

const LINE_OPERATORS = ['|=', '!=', '|~', '!~', '|>', '!>'];
const OTHER_STAGES =
  /^(?:json|logfmt|regexp|pattern|unpack|line_format|label_format|decolorize|drop|keep|unwrap|distinct)$/;
const ANY_STREAM =
  'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will';

/**
 * Parses a LogQL query: a stream selector, line filters and label filters. Throws {@link QueryError} with line and column
 * if it is not valid, and if it uses a part of the language that the mock does not evaluate.
 */
export function parseLogql(query: string): LogQuery {
  const tokens = tokenize(query);
  let next = 0;

  if (peek().kind === 'end') throw new QueryError('parse error : syntax error: unexpected $end');
  if (peek().kind === 'word' || peek().kind === 'number' || isSign('(')) {
    throw new NotEvaluatedError('metric queries', 'Loki');
  }
  const matchers = readSelector();
  const filters: (LabelFilter | LineFilter)[] = [];
  while (peek().kind !== 'end') filters.push(readStage());
  return { matchers, filters };

  function peek(ahead = 0): Token {
    return tokens[Math.min(next + ahead, tokens.length - 1)] as Token;
  }

  function isSign(text: string, ahead = 0): boolean {
    const token = peek(ahead);
    return token.kind === 'sign' && token.text === text;
  }

  function takeSign(text: string): boolean {
    const isFound = isSign(text);
    if (isFound) next++;
    return isFound;
  }

  function takeWord(text: string): boolean {
    const { kind, text: found } = peek();
    const isFound = kind === 'word' && found === text;
    if (isFound) next++;
    return isFound;
  }

  function take(kind: Token['kind']): Token {
    const token = peek();
    if (token.kind !== kind) fail();
    next++;
    return token;
  }

  function fail(): never {
    const { kind, text, from } = peek();
    const names = {
      end: '$end',
      word: 'IDENTIFIER',
      string: 'STRING',
      number: 'NUMBER',
      duration: 'DURATION',
      bytes: 'BYTES',
    };
    throw createSyntaxError(query, from, `syntax error: unexpected ${kind === 'sign' ? text : names[kind]}`);
  }

  function readSelector(): Matcher[] {
    if (!takeSign('{')) fail();
    const matchers: Matcher[] = [];
    while (!isSign('}')) {
      matchers.push(readMatcher());
      if (!isSign('}') && !takeSign(',')) fail();
    }
    next++;
    if (!matchers.some(({ matches }) => !matches(''))) throw new QueryError(ANY_STREAM);
    return matchers;
  }

  function readMatcher(): Matcher {
    const name = take('word').text;
    const operator = readMatchOperator();
    const { value } = take('string');
    return compile(value, () => createMatcher(name, operator, value));
  }

  function readMatchOperator(): MatchOperator {
    const operator = MATCH_OPERATORS.find((text) => isSign(text)) ?? fail();
    next++;
    return operator;
  }

  function readStage(): LabelFilter | LineFilter {
    if (LINE_OPERATORS.some((text) => isSign(text))) return readLineFilter();
    const stage = peek();
    if (!takeSign('|')) fail();
    const { kind, text } = peek();
    const isComparison = peek(1).kind === 'sign' && !isSign('|', 1);
    if (kind === 'word' && OTHER_STAGES.test(text) && !isComparison) {
      throw new NotEvaluatedError(`"${query.slice(stage.from, peek().from + text.length)}"`, 'Loki');
    }
    return readLabelFilter(1);
  }

  function readLineFilter(): LineFilter {
    const operator = peek().text;
    next++;
    const tests = [readLineTest(operator)];
    while (takeWord('or')) tests.push(readLineTest(operator));
    if (operator.startsWith('!')) return { kind: 'line', passes: (line) => !tests.some((test) => test(line)) };
    return { kind: 'line', passes: either(tests) };
  }

  /** Whether a line has a text, whatever the sign of the operator. */
  function readLineTest(operator: string): TextTest {
    if (peek().kind === 'word' && peek().text === 'ip') throw new NotEvaluatedError('ip()', 'Loki');
    const { value } = take('string');
    if (operator.endsWith('=')) return contains(value);
    return operator.endsWith('>') ? compileLinePattern(value) : compile(value, () => compileLineExpression(value));
  }

  /**
   * Reads label filters: `and` binds tighter than `or`. A comma, and no operator at all, mean `and`; as in Loki's grammar
   * all that follows them belongs to their right side.
   */
  function readLabelFilter(minimum: number): LabelFilter {
    let left = readComparison();
    for (;;) {
      const isOr = peek().kind === 'word' && peek().text === 'or';
      const isAnd = peek().kind === 'word' && peek().text === 'and';
      if (isOr || isAnd) {
        const power = isOr ? 1 : 2;
        if (power < minimum) return left;
        next++;
        left = { kind: isOr ? 'or' : 'and', left, right: readLabelFilter(power + 1) };
      } else if (takeSign(',') || peek().kind === 'word' || isSign('(')) {
        left = { kind: 'and', left, right: readLabelFilter(1) };
      } else return left;
    }
  }

  function readComparison(): LabelFilter {
    if (takeSign('(')) {
      const inside = readLabelFilter(1);
      if (!takeSign(')')) fail();
      return inside;
    }
    const name = take('word').text;
    if (peek(1).kind === 'string' && MATCH_OPERATORS.some((text) => isSign(text))) return readTextComparison(name);
    const operator = NUMBER_COMPARISONS.find((text) => isSign(text)) ?? fail();
    next++;
    return readNumberComparison(name, operator);
  }

  function readTextComparison(name: string): LabelFilter {
    const operator = readMatchOperator();
    const { value } = take('string');
    if (operator === '=' || operator === '!=') {
      return { kind: 'text', name, passes: (held) => (held === value) === (operator === '=') };
    }
    const test = compile(value, () => compileLabelExpression(value));
    return { kind: 'text', name, passes: (held) => test(held) === (operator === '=~') };
  }

  function readNumberComparison(name: string, operator: NumberComparison): LabelFilter {
    if (peek().text === 'ip') throw new NotEvaluatedError('ip()', 'Loki');
    const sign = takeSign('-') ? -1 : 1;
    const { kind, text } = peek();
    next++;
    if (kind === 'number') return { kind, name, operator, value: sign * Number(text) };
    if (kind === 'duration' || kind === 'bytes') {
      const value = kind === 'duration' ? parseGoDuration(text) : parseSize(text);
      if (typeof value !== 'number') throw new QueryError(`parse error : ${value.problem}`);
      return { kind, name, operator, value: sign * (kind === 'bytes' ? roundSize(value) : value) };
    }
    next--;
    return fail();
  }

  function compile<T>(expression: string, create: () => T): T {
    try {
      return create();
    } catch (error) {
      if (error instanceof QueryError) throw error;
      throw new QueryError(`parse error : ${error instanceof Error ? error.message : expression}`);
    }
  }
}
