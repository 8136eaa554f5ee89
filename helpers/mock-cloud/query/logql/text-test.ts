import { RE2JS } from 're2js';

/** An expression that Loki compares as plain text. */
type Simple =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'any' | 'some' | 'empty' }
  | { readonly kind: 'concat' | 'alternate'; readonly parts: readonly Simple[] };
/** Whether a text passes. */
export type TextTest = (text: string) => boolean;

/** Passes every text. Loki leaves it out of alternatives, so that `.*|a` finds no more than `a`. */
const PASS_ALL: TextTest = () => true;

/** Passes what any of the tests passes. */
export function either(tests: readonly TextTest[]): TextTest {
  const held = tests.filter((test) => test !== PASS_ALL);
  const [first] = held;
  if (first === undefined) return PASS_ALL;
  return held.length === 1 ? first : (text) => held.some((test) => test(text));
}

/** Finds a text anywhere. */
export function contains(wanted: string): TextTest {
  return wanted === '' ? PASS_ALL : (text) => text.includes(wanted);
}

/** Compiles the regular expression of a line filter, which finds it anywhere. Throws re2js's error if it is malformed. */
export function compileLineExpression(expression: string): TextTest {
  const compiled = RE2JS.compile(expression);
  return simplify(expression, contains) ?? ((line) => compiled.matcher(line).find());
}

/**
 * Compiles the regular expression of a label filter. Loki anchors it, except where it replaces it with a search for plain
 * text: `d.*` finds a `d` anywhere, `a.*|bc` an `a` anywhere or exactly `bc`, and an empty expression finds everything.
 * Throws re2js's error if it is malformed.
 */
export function compileLabelExpression(expression: string): TextTest {
  const anchored = RE2JS.compile(`^(?:${expression})$`);
  const equals = (wanted: string) => (value: string) => value === wanted;
  return simplify(expression, equals) ?? ((value) => anchored.matcher(value).find());
}

/** The test for plain text that an expression is; undefined if it is more. `literal` tests for one that stands alone. */
function simplify(expression: string, literal: (text: string) => TextTest): TextTest | undefined {
  const ignoresCase = expression.startsWith('(?i)');
  const simple = parseSimple(ignoresCase ? expression.slice(4) : expression);
  const test = simple && simplifyParsed(simple, literal, ignoresCase);
  if (test === undefined || test === PASS_ALL || !ignoresCase) return test;
  return (text) => test(text.toLowerCase());
}

function simplifyParsed(
  expression: Simple,
  literal: (text: string) => TextTest,
  ignoresCase: boolean,
): TextTest | undefined {
  switch (expression.kind) {
    case 'any':
    case 'empty':
      return PASS_ALL;
    case 'some':
      return (text) => text !== '';
    case 'literal': {
      const text = foldCase(expression.text, ignoresCase);
      return text === undefined ? undefined : literal(text);
    }
    case 'alternate':
      return combine(expression.parts.map((part) => simplifyParsed(part, literal, ignoresCase)));
    case 'concat':
      return simplifyConcat(expression.parts, '', ignoresCase);
  }
}

/** One literal, before or after `.*`, or before alternatives that continue it: a search for the text. */
function simplifyConcat(parts: readonly Simple[], prefix: string, ignoresCase: boolean): TextTest | undefined {
  const held = parts.filter(({ kind }) => kind !== 'empty');
  if (held.length > 3) return undefined;
  let text = prefix;
  let literals = 0;
  let found: TextTest | undefined;
  for (const part of held) {
    if (part.kind === 'literal') {
      if (literals++ > 0) return undefined;
      text += part.text;
    } else if (part.kind === 'alternate' && text !== '') {
      const test = combine(part.parts.map((option) => simplifyContinuation(option, text, ignoresCase)));
      if (test === undefined) return undefined;
      found = found === undefined ? test : either([found, test]);
    } else if (part.kind !== 'any') return undefined;
  }
  return found ?? (text === '' ? undefined : find(text, ignoresCase));
}

function simplifyContinuation(option: Simple, prefix: string, ignoresCase: boolean): TextTest | undefined {
  if (option.kind === 'empty' || option.kind === 'any') return find(prefix, ignoresCase);
  if (option.kind === 'literal') return find(prefix + option.text, ignoresCase);
  return option.kind === 'concat' ? simplifyConcat(option.parts, prefix, ignoresCase) : undefined;
}

function find(written: string, ignoresCase: boolean): TextTest | undefined {
  const text = foldCase(written, ignoresCase);
  return text === undefined ? undefined : contains(text);
}

/** Without regard to case, letters and other characters are separate literals, which Loki does not join. */
function foldCase(text: string, ignoresCase: boolean): string | undefined {
  if (!ignoresCase) return text;
  return /^(?:\p{L}+|\P{L}+)$/u.test(text) ? text.toLowerCase() : undefined;
}

function combine(tests: readonly (TextTest | undefined)[]): TextTest | undefined {
  const known = tests.filter((test) => test !== undefined);
  return known.length < tests.length ? undefined : either(known);
}

const LITERAL = /(?:[^\\.+*?()|[\]{}^$]|\\[^\w\s])+(?![*+?{])/y;

/** Parses what can be simple: literals, `.*`, `.+`, groups and alternatives; undefined for everything else. */
function parseSimple(expression: string): Simple | undefined {
  let at = 0;
  const parsed = parseAlternatives();
  return at === expression.length ? parsed : undefined;

  function parseAlternatives(): Simple | undefined {
    const options: Simple[] = [];
    do {
      const option = parseConcat();
      if (option === undefined) return undefined;
      options.push(option);
    } while (take('|'));
    return factor(options);
  }

  function parseConcat(): Simple | undefined {
    const parts: Simple[] = [];
    while (at < expression.length && expression[at] !== '|' && expression[at] !== ')') {
      const part = parsePart();
      if (part === undefined) return undefined;
      parts.push(...(part.kind === 'concat' ? part.parts : [part]));
    }
    return join(parts);
  }

  function parsePart(): Simple | undefined {
    if (take('.*')) return /[*+?{]/.test(expression[at] ?? '') ? undefined : { kind: 'any' };
    if (take('.+')) return /[*+?{]/.test(expression[at] ?? '') ? undefined : { kind: 'some' };
    if (take('(?:') || (!expression.startsWith('(?', at) && take('('))) {
      const inside = parseAlternatives();
      return take(')') && !/[*+?{]/.test(expression[at] ?? '') ? inside : undefined;
    }
    LITERAL.lastIndex = at;
    const text = LITERAL.exec(expression)?.[0];
    if (text === undefined) return undefined;
    at += text.length;
    return { kind: 'literal', text: text.replaceAll(/\\(.)/g, '$1') };
  }

  function take(text: string): boolean {
    const isFound = expression.startsWith(text, at);
    if (isFound) at += text.length;
    return isFound;
  }
}

/** Neighbouring literals are one. */
function join(parts: readonly Simple[]): Simple {
  const joined: Simple[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === 'literal' && last?.kind === 'literal') {
      joined[joined.length - 1] = { kind: 'literal', text: last.text + part.text };
    } else if (part.kind !== 'empty') joined.push(part);
  }
  const [first] = joined;
  if (first === undefined) return { kind: 'empty' };
  return joined.length === 1 ? first : { kind: 'concat', parts: joined };
}

/**
 * Alternatives as the parser of regular expressions leaves them: neighbours that begin with the same text share it, and
 * neighbours of one character are a class, which is not simple.
 */
function factor(options: readonly Simple[]): Simple | undefined {
  const factored: Simple[] = [];
  for (let index = 0; index < options.length; ) {
    let prefix = getPrefix(options[index]);
    let end = index + 1;
    for (; end < options.length; end++) {
      const shared = sharePrefix(prefix, getPrefix(options[end]));
      if (shared === '') break;
      prefix = shared;
    }
    const group = options.slice(index, end);
    const [only] = group;
    const rests = group.length > 1 ? factor(group.map((option) => removePrefix(option, prefix.length))) : undefined;
    if (group.length > 1 && rests === undefined) return undefined;
    if (rests !== undefined) factored.push(join([{ kind: 'literal', text: prefix }, rests]));
    else if (only !== undefined) factored.push(only);
    index = end;
  }
  const isCharacter = (option: Simple | undefined) => option?.kind === 'literal' && [...option.text].length === 1;
  if (factored.some((option, index) => isCharacter(option) && isCharacter(factored[index + 1]))) return undefined;
  const [first] = factored;
  return factored.length === 1 ? first : { kind: 'alternate', parts: factored };
}

function getPrefix(option: Simple | undefined): string {
  if (option?.kind === 'literal') return option.text;
  return option?.kind === 'concat' && option.parts[0]?.kind === 'literal' ? option.parts[0].text : '';
}

function sharePrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

function removePrefix(option: Simple, length: number): Simple {
  if (option.kind === 'literal') return join([cut(option.text, length)]);
  if (option.kind !== 'concat') return option;
  return join([cut(getPrefix(option), length), ...option.parts.slice(1)]);
}

function cut(text: string, length: number): Simple {
  return text.length === length ? { kind: 'empty' } : { kind: 'literal', text: text.slice(length) };
}
