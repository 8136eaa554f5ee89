import { evaluate, locateValueError, type Origins, type Scope } from '../language/evaluation/evaluate.ts';
import { ValueError } from '../language/evaluation/value-error.ts';
import { type Block, findEnd, type Statement } from '../language/syntax/ast.ts';
import { createError, DiagnosticError } from '../language/syntax/diagnostic.ts';
import { quote } from '../language/syntax/quote.ts';
import { findMissingFields } from './check.ts';
import { type BlockSchema, type Field, findField } from './schema.ts';

/** Arguments that are missing or contradict each other: an error of the whole block. */
export class ArgumentsError extends Error {}

/**
 * Evaluates a block and decodes it by its schema (see {@link DecodedBlock}).
 * @throws DiagnosticError about an expression or inner block; ArgumentsError, with Alloy's message, about the whole
 * block
 */
export function decodeBlock<Args>(scope: Scope, block: Block, schema: BlockSchema<Args>): Args {
  const origins: Origins = new Map();
  try {
    // The schema declares a field of the right type for each name in `Args`.
    return decodeBody(scope, origins, block.body, schema) as Args;
  } catch (error) {
    const located = error instanceof ValueError ? locateValueError(scope.file, origins, error) : undefined;
    if (located !== undefined) {
      throw located;
    }
    // A null does not know its expression, so the error is about the block.
    const reason =
      error instanceof ValueError ? error.detail : error instanceof ArgumentsError ? error.message : undefined;
    throw reason === undefined ? error : new ArgumentsError(`decoding configuration: ${reason}`);
  }
}

/** The decoded form of a block without any fields. */
function buildDefaults(schema: BlockSchema): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, buildDefault(field)]));
}

function buildDefault(field: Field<unknown>): unknown {
  if (field.field === 'attribute') {
    return field.initial;
  }
  if (field.repeats === 'many') {
    return [];
  }
  return field.absent === 'defaults' ? buildDefaults(field.block) : undefined;
}

function decodeBody(
  scope: Scope,
  origins: Origins,
  body: readonly Statement[],
  schema: BlockSchema,
): Record<string, unknown> {
  const args = buildDefaults(schema);
  const repeated = new Map<string, unknown[]>();
  const seen = new Set<string>();
  const counts = countBlocks(body);
  for (const statement of body) {
    const fail = (message: string): DiagnosticError => createStatementError(scope, statement, message);
    if (statement.kind === 'attribute') {
      const { name } = statement.name;
      const field = findField(schema, name);
      if (seen.has(name)) {
        throw fail(`attribute ${quote(name)} may only be provided once`);
      }
      seen.add(name);
      if (field === undefined) {
        throw fail(`unrecognized attribute name ${quote(name)}`);
      }
      if (field.field === 'block') {
        throw fail(`${quote(name)} must be a block, but is used as an attribute`);
      }
      const value = evaluate(scope, origins, statement.value);
      args[name] = field.type.decode(value);
      continue;
    }
    const { name } = statement;
    const field = findField(schema, name);
    if (field === undefined) {
      throw fail(`unrecognized block name ${quote(name)}`);
    }
    if (field.field === 'attribute') {
      throw fail(`${quote(name)} must be an attribute, but is used as a block`);
    }
    if (field.repeats === 'once' && (counts.get(name) ?? 0) > 1) {
      throw fail(`block ${quote(name)} may only be specified once`);
    }
    if (statement.label !== '') {
      const message = `block ${quote(name)} does not support specifying labels`;
      throw new DiagnosticError([createError(scope.file, statement.offset, statement.open, message)]);
    }
    const decoded = decodeBody(scope, origins, statement.body, field.block);
    if (field.repeats === 'once') {
      args[name] = decoded;
    } else {
      const list = repeated.get(name) ?? [];
      list.push(decoded);
      repeated.set(name, list);
      args[name] = list;
    }
  }
  const [missing] = findMissingFields(schema, seen, new Set(counts.keys()));
  const problem = missing ?? schema.check?.(args);
  if (problem !== undefined) {
    throw new ArgumentsError(problem);
  }
  return args;
}

function countBlocks(body: readonly Statement[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const statement of body) {
    if (statement.kind === 'block') {
      counts.set(statement.name, (counts.get(statement.name) ?? 0) + 1);
    }
  }
  return counts;
}

function createStatementError(scope: Scope, statement: Statement, message: string): DiagnosticError {
  const [start, end] =
    statement.kind === 'block'
      ? [statement.offset, statement.close]
      : [statement.name.offset, findEnd(statement.value)];
  return new DiagnosticError([createError(scope.file, start, end, message)]);
}
