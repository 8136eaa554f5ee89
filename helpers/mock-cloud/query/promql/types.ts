import { NotEvaluatedError } from '../language/query-error.ts';
import { type Expression, isComparison, isSetOperator, type ValueType } from './expression.ts';
import { FUNCTIONS } from './functions.ts';

/** The type of an expression's value. */
export function inferType(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'range':
      return 'range vector';
    case 'selector':
    case 'aggregate':
      return 'instant vector';
    case 'negate':
      return inferType(expression.operand);
    case 'call':
      return FUNCTIONS[expression.name]?.returns ?? 'instant vector';
    case 'binary':
      return inferType(expression.left) === 'scalar' && inferType(expression.right) === 'scalar'
        ? 'scalar'
        : 'instant vector';
  }
}

/** Calls `fail` with Prometheus's message at the first operand that has the wrong type. */
export function checkTypes(expression: Expression, fail: (at: number, problem: string) => never): void {
  const expect = (operand: Expression, type: ValueType, where: string) => {
    const found = inferType(operand);
    if (found !== type) fail(operand.from, `expected type ${type} in ${where}, got ${found}`);
  };
  switch (expression.kind) {
    case 'call': {
      const { name, args } = expression;
      const definition = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
      if (definition === undefined) throw new NotEvaluatedError(`the function ${name}()`, 'Prometheus');
      if (args.length !== definition.takes.length) {
        fail(
          expression.from,
          `expected ${definition.takes.length} argument(s) in call to "${name}", got ${args.length}`,
        );
      }
      for (const [index, argument] of args.entries()) {
        checkTypes(argument, fail);
        expect(argument, definition.takes[index] ?? 'scalar', `call to function "${name}"`);
      }
      return;
    }
    case 'aggregate':
      checkTypes(expression.argument, fail);
      expect(expression.argument, 'instant vector', 'aggregation expression');
      return;
    case 'negate': {
      checkTypes(expression.operand, fail);
      const type = inferType(expression.operand);
      if (type !== 'scalar' && type !== 'instant vector') {
        fail(
          expression.from,
          `unary expression only allowed on expressions of type scalar or instant vector, got "${type}"`,
        );
      }
      return;
    }
    case 'binary': {
      const { left, right, operator, bool, matching } = expression;
      for (const side of [left, right]) {
        checkTypes(side, fail);
        const type = inferType(side);
        if (type === 'string' || type === 'range vector') {
          fail(side.from, 'binary expression must contain only scalar and instant vector types');
        }
      }
      const scalars = [left, right].filter((side) => inferType(side) === 'scalar').length;
      if (bool && !isComparison(operator))
        fail(expression.from, 'bool modifier can only be used on comparison operators');
      if (isComparison(operator) && scalars === 2 && !bool) {
        fail(expression.from, 'comparisons between scalars must use BOOL modifier');
      }
      if (matching.names.length > 0 && scalars > 0) {
        fail(expression.from, 'vector matching only allowed between instant vectors');
      }
      if (isSetOperator(operator) && scalars > 0) {
        fail(expression.from, `set operator "${operator}" not allowed in binary scalar expression`);
      }
      return;
    }
    default:
      return;
  }
}
