import type { BinaryOperator, LiteralToken, UnaryOperator } from './token.ts';

/** Positions are byte offsets into the source file; `end` offsets are those of the last byte. */
export type Identifier = { readonly name: string; readonly offset: number };

export type Expression =
  | { readonly kind: 'literal'; readonly token: LiteralToken; readonly text: string; readonly offset: number }
  | { readonly kind: 'identifier'; readonly identifier: Identifier }
  | {
      readonly kind: 'array';
      readonly elements: readonly Expression[];
      readonly open: number;
      readonly close: number;
    }
  | {
      readonly kind: 'object';
      readonly fields: readonly ObjectField[];
      readonly open: number;
      readonly close: number;
    }
  | { readonly kind: 'access'; readonly value: Expression; readonly name: Identifier }
  | {
      readonly kind: 'index';
      readonly value: Expression;
      readonly index: Expression;
      readonly open: number;
      readonly close: number;
    }
  | {
      readonly kind: 'call';
      readonly value: Expression;
      readonly args: readonly Expression[];
      readonly open: number;
      readonly close: number;
    }
  | {
      readonly kind: 'unary';
      readonly operator: UnaryOperator;
      readonly offset: number;
      readonly value: Expression;
    }
  | {
      readonly kind: 'binary';
      readonly left: Expression;
      readonly operator: BinaryOperator;
      readonly offset: number;
      readonly right: Expression;
    }
  | { readonly kind: 'paren'; readonly inner: Expression; readonly open: number; readonly close: number };

export type Literal = Extract<Expression, { kind: 'literal' }>;

export type ObjectField = {
  readonly name: Identifier;
  /** Whether the name was quoted; `name` is then the text between the quotes, with escapes. */
  readonly quoted: boolean;
  readonly value: Expression;
};

export type Attribute = { readonly kind: 'attribute'; readonly name: Identifier; readonly value: Expression };

export type Block = {
  readonly kind: 'block';
  /** `prometheus.scrape` */
  readonly name: string;
  readonly offset: number;
  /** Empty for a block without a label. */
  readonly label: string;
  readonly labelOffset: number | undefined;
  readonly body: readonly Statement[];
  readonly open: number;
  readonly close: number;
};

export type Statement = Attribute | Block;

/** One `//` or block comment. */
export type Comment = { readonly text: string; readonly offset: number };

/** A parsed file: its statements, and its comments in groups of adjacent lines. */
export type Tree = { readonly body: readonly Statement[]; readonly comments: readonly (readonly Comment[])[] };

/** The number of bytes that `text` takes in UTF-8. */
export function countBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** The offset of an expression's first byte. */
export function findStart(expression: Expression): number {
  switch (expression.kind) {
    case 'literal':
    case 'unary':
      return expression.offset;
    case 'identifier':
      return expression.identifier.offset;
    case 'array':
    case 'object':
    case 'paren':
      return expression.open;
    case 'access':
    case 'index':
    case 'call':
      return findStart(expression.value);
    case 'binary':
      return findStart(expression.left);
  }
}

/** The offset of an expression's last byte. */
export function findEnd(expression: Expression): number {
  switch (expression.kind) {
    case 'literal':
      return expression.offset + countBytes(expression.text) - 1;
    case 'identifier':
      return findIdentifierEnd(expression.identifier);
    case 'access':
      return findIdentifierEnd(expression.name);
    case 'unary':
      return findEnd(expression.value);
    case 'binary':
      return findEnd(expression.right);
    default:
      return expression.close;
  }
}

/** The offset of an identifier's last byte. */
export function findIdentifierEnd(identifier: Identifier): number {
  return identifier.offset + countBytes(identifier.name) - 1;
}

/** The offset of a statement's first byte. */
export function findStatementStart(statement: Statement): number {
  return statement.kind === 'block' ? statement.offset : statement.name.offset;
}

/** The offset of a statement's last byte. */
export function findStatementEnd(statement: Statement): number {
  return statement.kind === 'block' ? statement.close : findEnd(statement.value);
}

/** The id of a block, as other blocks refer to it: `prometheus.scrape.redis`. */
export function formatBlockId(block: Block): string {
  return block.label === '' ? block.name : `${block.name}.${block.label}`;
}
