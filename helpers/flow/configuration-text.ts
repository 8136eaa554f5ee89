/** An attribute as it is written in a configuration: `endpoint = sys.env("X") + "/v1"`. */
export type WrittenAttribute = {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
  /** The text right of the equals sign, without comments, in one line. */
  readonly expression: string;
};

/** A block as it is written, with its label where it has one; components are the labelled blocks at the top. */
export type WrittenBlock = {
  readonly name: string;
  readonly label?: string;
  /** The line of its name, counted from 1. */
  readonly line: number;
  readonly attributes: readonly WrittenAttribute[];
  readonly blocks: readonly WrittenBlock[];
};

type Token = {
  readonly kind: 'name' | 'string' | 'sign' | 'end of line';
  readonly text: string;
  readonly line: number;
};

const TOKEN =
  /(?<blank>[ \t\r]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<end>\n)|(?<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<name>[A-Za-z_][\w.]*)|(?<sign>[\s\S])/gy;

/**
 * The blocks of a configuration as they are written, to say where something stands. Alloy has read the text already, so nothing
 * is checked: what is not understood is left out.
 */
export function readBlocks(text: string): WrittenBlock[] {
  const tokens = tokenize(text);
  let at = 0;

  const readBody = (): Pick<WrittenBlock, 'attributes' | 'blocks'> => {
    const attributes: WrittenAttribute[] = [];
    const blocks: WrittenBlock[] = [];
    while (at < tokens.length && tokens[at]?.text !== '}') {
      const first = tokens[at++];
      if (first?.kind !== 'name') continue;
      const { text: name, line } = first;
      if (tokens[at]?.text === '=') {
        at++;
        attributes.push({ name, line, expression: readExpression() });
        continue;
      }
      const label = tokens[at]?.kind === 'string' ? tokens[at++]?.text.slice(1, -1) : undefined;
      if (tokens[at]?.text !== '{') continue;
      at++;
      const body = readBody();
      at++;
      blocks.push({ name, ...(label !== undefined && { label }), line, ...body });
    }
    return { attributes, blocks };
  };

  /** The text up to the end of the line, or of the last line of what is in brackets. */
  const readExpression = (): string => {
    let expression = '';
    let depth = 0;
    for (; at < tokens.length; at++) {
      const { kind, text: part } = tokens[at] as Token;
      if (depth === 0 && (kind === 'end of line' || part === '}')) break;
      if (part === '{' || part === '[' || part === '(') depth++;
      if (part === '}' || part === ']' || part === ')') depth--;
      expression += kind === 'end of line' ? ' ' : part;
    }
    return expression.replaceAll(/\s+/g, ' ').trim();
  };

  return [...readBody().blocks];
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const { 0: part, groups = {} } of text.matchAll(TOKEN)) {
    if (groups.end !== undefined) tokens.push({ kind: 'end of line', text: part, line });
    else if (groups.string !== undefined) tokens.push({ kind: 'string', text: part, line });
    else if (groups.name !== undefined) tokens.push({ kind: 'name', text: part, line });
    else if (groups.sign !== undefined) tokens.push({ kind: 'sign', text: part, line });
    line += part.split('\n').length - 1;
  }
  return tokens;
}

/** The ID of a component that is written at the top of a configuration: `prometheus.scrape.redis`. */
export function nameWritten({ name, label }: WrittenBlock): string {
  return label === undefined ? name : `${name}.${label}`;
}

/** The attribute at a path of a block: `client`, `endpoint`. */
export function findAttribute(
  block: WrittenBlock | undefined,
  ...path: readonly string[]
): WrittenAttribute | undefined {
  const [first, ...others] = path;
  if (block === undefined || first === undefined) return undefined;
  if (others.length === 0) return block.attributes.find(({ name }) => name === first);
  for (const inner of block.blocks.filter(({ name }) => name === first)) {
    const found = findAttribute(inner, ...others);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The block at a path: `http`, `tls`. */
export function findBlock(block: WrittenBlock | undefined, ...path: readonly string[]): WrittenBlock | undefined {
  const [first, ...others] = path;
  if (first === undefined) return block;
  for (const inner of block?.blocks.filter(({ name }) => name === first) ?? []) {
    const found = findBlock(inner, ...others);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The variables of the environment that an expression reads. */
export function listVariables({ expression }: Pick<WrittenAttribute, 'expression'>): string[] {
  return [...new Set([...expression.matchAll(/\benv\(\s*"([^"]+)"\s*\)/g)].map(([, name = '']) => name))];
}

/** The components that an expression refers to, by ID: of `[prometheus.relabel.x.receiver]`, `prometheus.relabel.x`. */
export function listReferences({ expression }: Pick<WrittenAttribute, 'expression'>): string[] {
  const outsideStrings = expression.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
  const found = [...outsideStrings.matchAll(/\b[a-z_]\w*(?:\.\w+){2,}/g)].map(([reference]) =>
    reference.split('.').slice(0, -1).join('.'),
  );
  return [...new Set(found)];
}
