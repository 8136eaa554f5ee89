import { RE2JS } from 're2js';
import { QueryError } from '../language/query-error.ts';
import {
  type Aggregate,
  type Attribute,
  type BinaryField,
  type Field,
  type Query,
  readsSpan,
  type Spansets,
  type UnaryField,
} from './expression.ts';
import { formatLiteral } from './static.ts';
import { areMatchingTypes, inferType, isNumeric, isValidOperand, isValidUnaryOperand } from './types.ts';

/** Checks the types of a parsed query as Tempo does. Throws {@link QueryError} with Tempo's text. */
export function checkQuery(query: Query): void {
  for (const stage of query) {
    if (stage.kind === 'aggregate') checkAggregate(stage);
    else if (stage.kind !== 'select') checkSpansets(stage);
  }
}

/** Whether the types of a condition or operand are valid. */
export function isValidField(field: Field): boolean {
  try {
    checkField(field);
    return true;
  } catch {
    return false;
  }
}

function checkAggregate({ name, field, operator, value }: Aggregate): void {
  if (field === undefined) return;
  checkField(field);
  const type = inferType(field);
  const written = `${name}(${formatField(field)})`;
  if (type !== 'attribute' && !isNumeric(type)) {
    fail(`aggregate field expressions must resolve to a number type: ${written}`);
  }
  if (!readsSpan(field)) fail(`aggregate field expressions must reference the span: ${written}`);
  if (!isValidOperand(operator, inferType({ kind: 'static', value }))) {
    fail(`illegal operation for the given types: (${written}) ${operator} ${formatLiteral(value)}`);
  }
}

function checkSpansets(spansets: Spansets): void {
  if (spansets.kind === 'operation') {
    checkSpansets(spansets.left);
    checkSpansets(spansets.right);
    return;
  }
  checkField(spansets.condition);
  const type = inferType(spansets.condition);
  if (type !== 'attribute' && type !== 'bool') {
    fail(`span filter field expressions must resolve to a boolean: { ${formatField(spansets.condition)} }`);
  }
}

function checkField(field: Field): void {
  if (field.kind === 'binary') checkBinary(field);
  if (field.kind === 'unary') checkUnary(field);
}

function checkBinary(field: BinaryField): void {
  const { operator, left, right } = field;
  checkField(left);
  checkField(right);
  const [a, b] = [inferType(left), inferType(right)];
  if (!areMatchingTypes(a, b)) fail(`binary operations must operate on the same type: ${formatField(field)}`);
  if (!isValidOperand(operator, a) || !isValidOperand(operator, b)) {
    fail(`illegal operation for the given types: ${formatField(field)}`);
  }
  if (operator !== '=~' && operator !== '!~') return;
  if (right.kind !== 'static' || right.value.type !== 'string')
    fail(`invalid type for =~ or !~: ${formatField(right)}`);
  else checkExpression(right.value.value);
}

function checkExpression(expression: string): void {
  try {
    RE2JS.compile(expression);
  } catch {
    fail(`invalid regex: \`${expression}\``);
  }
}

function checkUnary(field: UnaryField): void {
  const { operator, operand } = field;
  checkField(operand);
  if (operator === 'not exists' && operand.kind === 'attribute') {
    const name = formatField(operand);
    if (operand.scope === 'intrinsic') fail(`${name}=nil is not valid because intrinsics cannot be nil`);
    if (name === 'resource.service.name') fail(`${name}=nil is not valid because ${name} cannot be nil`);
  }
  if (!isValidUnaryOperand(operator, inferType(operand))) {
    fail(`illegal operation for the given type: ${formatField(field)}`);
  }
}

function fail(problem: string): never {
  throw new QueryError(`invalid TraceQL query: ${problem}`);
}

function formatField(field: Field): string {
  switch (field.kind) {
    case 'static':
      return formatLiteral(field.value);
    case 'attribute':
      return formatAttribute(field);
    case 'binary':
      return `${formatOperand(field.left)} ${field.operator.replace(/^[a-z ]+$/, (word) => word.toUpperCase())} ${formatOperand(field.right)}`;
    case 'unary':
      if (field.operator === 'exists') return `${formatOperand(field.operand)} != nil`;
      if (field.operator === 'not exists') return `${formatOperand(field.operand)} = nil`;
      return field.operator + formatOperand(field.operand);
  }
}

function formatOperand(field: Field): string {
  return field.kind === 'static' || field.kind === 'attribute' ? formatField(field) : `(${formatField(field)})`;
}

function formatAttribute({ scope, name }: Attribute): string {
  if (scope === 'intrinsic') return name;
  const written = /[\s{}()=~!<>&|^,]/.test(name) ? `"${name}"` : name;
  return scope === 'any' ? `.${written}` : `${scope}.${written}`;
}
