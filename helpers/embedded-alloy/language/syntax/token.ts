/** The tokens of the language, with the names that error messages use. */
export type Token =
  | 'ILLEGAL'
  | 'EOF'
  | 'COMMENT'
  | 'IDENT'
  | LiteralToken
  | BinaryOperator
  | UnaryOperator
  | '='
  | '{'
  | '}'
  | '('
  | ')'
  | '['
  | ']'
  | ','
  | '.'
  | 'TERMINATOR';

export type LiteralToken = 'NUMBER' | 'FLOAT' | 'STRING' | 'BOOL' | 'NULL';

export type UnaryOperator = '!' | '-';

export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '^';

const precedences: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};

/** How tightly a binary operator binds, from 1 (`||`) to 6 (`^`); undefined for any other token. */
export function findPrecedence(token: Token): number | undefined {
  return isBinaryOperator(token) ? precedences[token] : undefined;
}

/** Whether a token is a binary operator. */
export function isBinaryOperator(token: Token): token is BinaryOperator {
  return Object.hasOwn(precedences, token);
}
