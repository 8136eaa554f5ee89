import { readLiteral } from '../language/evaluation/literal.ts';
import { applyBinary, applyUnary } from '../language/evaluation/operators.ts';
import { ValueError } from '../language/evaluation/value-error.ts';
import {
  type Attribute,
  type Block,
  type Expression,
  findEnd,
  findStart,
  findStatementEnd,
  findStatementStart,
} from '../language/syntax/ast.ts';
import { createError, type Diagnostic } from '../language/syntax/diagnostic.ts';
import { quote } from '../language/syntax/quote.ts';
import type { SourceFile } from '../language/syntax/source.ts';
import { type BlockSchema, findField, type ValueType } from './schema.ts';

/**
 * Checks a block without evaluating it, as `alloy validate` does: unknown, missing and duplicate attributes and blocks,
 * and literals of the wrong type (also in lists, objects and operations on literals).
 */
export function checkBlock(file: SourceFile, block: Block, schema: BlockSchema): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const blocks = block.body.filter((statement) => statement.kind === 'block');
  for (const statement of block.body) {
    const field = findField(schema, readName(statement));
    const report = (message: string): void => {
      diagnostics.push(createError(file, findStatementStart(statement), findStatementEnd(statement), message));
    };
    if (statement.kind === 'attribute') {
      const { name } = statement.name;
      if (field === undefined) {
        report(`unrecognized attribute name ${quote(name)}`);
      } else if (field.field === 'block') {
        report(`${quote(name)} must be a block, but is used as an attribute`);
      } else if (seen.has(name)) {
        report(`attribute ${quote(name)} may only be provided once`);
      } else {
        seen.add(name);
        diagnostics.push(...checkExpression(file, statement.value, field.type));
      }
    } else if (field === undefined) {
      report(`unrecognized block name ${quote(statement.name)}`);
    } else if (field.field === 'attribute') {
      report(`${quote(statement.name)} must be an attribute, but is used as a block`);
    } else if (field.repeats === 'once' && blocks.filter(({ name }) => name === statement.name).length > 1) {
      report(`block ${quote(statement.name)} may only be specified once`);
    } else {
      diagnostics.push(...checkBlock(file, statement, field.block));
    }
  }
  const missing = findMissingFields(schema, seen, new Set(blocks.map(({ name }) => name)));
  return [...diagnostics, ...missing.map((message) => createError(file, block.offset, block.close, message))];
}

function readName(statement: Attribute | Block): string {
  return statement.kind === 'block' ? statement.name : statement.name.name;
}

/** Alloy's message for each required attribute and block that is missing. */
export function findMissingFields(
  schema: BlockSchema,
  attributes: ReadonlySet<string>,
  blocks: ReadonlySet<string>,
): string[] {
  return Object.entries(schema.fields)
    .filter(([name, { field, required }]) => required && !(field === 'block' ? blocks : attributes).has(name))
    .map(([name, { field }]) => `missing required ${field} ${quote(name)}`);
}

function checkExpression(file: SourceFile, expression: Expression, type: ValueType<unknown>): Diagnostic[] {
  const fail = (start: number, end: number, message: string): Diagnostic[] => [createError(file, start, end, message)];
  switch (expression.kind) {
    case 'literal':
      return failsWith(
        () => type.decode(readLiteral(expression)),
        (message) => fail(findStart(expression), findEnd(expression), message),
      );
    case 'unary': {
      const { value, operator } = expression;
      if (value.kind !== 'literal') {
        return [];
      }
      // Alloy checks the operand without its sign.
      return failsWith(
        () => {
          applyUnary(operator, readLiteral(value));
          type.decode(readLiteral(value));
        },
        (message) => fail(findStart(value), findEnd(value), message),
      );
    }
    case 'binary': {
      const { left, operator, right } = expression;
      if (left.kind !== 'literal' || right.kind !== 'literal') {
        return [];
      }
      return failsWith(
        () => type.decode(applyBinary(readLiteral(left), operator, readLiteral(right))),
        (message) => fail(findStart(left), findEnd(right), message),
      );
    }
    case 'array':
      if (type.opaque === true) {
        return [];
      }
      return type.elements === undefined
        ? fail(findStart(expression), findEnd(expression), `expected ${type.name}, got array`)
        : checkElements(file, expression.elements, type.elements);
    case 'object':
      if (type.opaque === true || type.fromObject === true) {
        return [];
      }
      return type.values === undefined
        ? fail(findStart(expression), findEnd(expression), `expected ${type.name}, got object`)
        : checkElements(
            file,
            expression.fields.map((field) => field.value),
            type.values,
          );
    default:
      return [];
  }
}

function checkElements(file: SourceFile, elements: readonly Expression[], type: ValueType<unknown>): Diagnostic[] {
  return type.opaque === true ? [] : elements.flatMap((element) => checkExpression(file, element, type));
}

function failsWith(attempt: () => unknown, report: (message: string) => Diagnostic[]): Diagnostic[] {
  try {
    attempt();
    return [];
  } catch (error) {
    if (error instanceof ValueError) {
      return report(error.message);
    }
    throw error;
  }
}
