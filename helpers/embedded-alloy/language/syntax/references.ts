import type { Expression, Identifier, Statement } from './ast.ts';

/** Names joined by dots, with nothing in between: they may refer to a component and its field. */
export type Reference = readonly [Identifier, ...Identifier[]];

/**
 * Finds all references in a block, including inner blocks, in file order. Like Alloy, it adds a field to the last name
 * it has seen, whatever came in between: `[a, {}.b]` refers to `a.b`.
 */
export function findReferences(body: readonly Statement[]): Reference[] {
  const references: [Identifier, ...Identifier[]][] = [];
  let open = false;

  function visitBody(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'block') {
        visitBody(statement.body);
      } else {
        visit(statement.value);
      }
    }
  }

  function visit(expression: Expression): void {
    switch (expression.kind) {
      case 'literal':
        break;
      case 'identifier':
        references.push([expression.identifier]);
        open = true;
        break;
      case 'access':
        visit(expression.value);
        if (open) {
          references.at(-1)?.push(expression.name);
        }
        break;
      case 'index':
        visit(expression.value);
        open = false;
        visit(expression.index);
        break;
      case 'call':
        visit(expression.value);
        open = false;
        expression.args.forEach(visit);
        break;
      case 'array':
        expression.elements.forEach(visit);
        break;
      case 'object':
        for (const field of expression.fields) {
          visit(field.value);
        }
        break;
      case 'unary':
        visit(expression.value);
        break;
      case 'binary':
        visit(expression.left);
        visit(expression.right);
        break;
      case 'paren':
        visit(expression.inner);
        break;
    }
  }

  visitBody(body);
  return references;
}
