import { evaluate, locateValueError, type Origins, type Scope } from '../language/evaluation/evaluate.ts';
import { ValueError } from '../language/evaluation/value-error.ts';
import { type Block, findEnd, type Statement } from '../language/syntax/ast.ts';
import { createError, DiagnosticError } from '../language/syntax/diagnostic.ts';
import { quote } from '../language/syntax/quote.ts';
import { findMissingFields } from './check.ts';
import { type AttributeField, type BlockField, type BlockSchema, type Field, findField } from './schema.ts';
import type { Setting } from './settings.ts';

/** Arguments that are missing or contradict each other: an error of the whole block. */
export class ArgumentsError extends Error {}

/** A block that has been evaluated: what its component gets, and what Alloy's API shows of it. */
export type Evaluated<Args> = { readonly args: Args; readonly settings: readonly Setting[] };

/** The arguments of a block alone, as {@link evaluateBlock} decodes them. */
export function decodeBlock<Args>(scope: Scope, block: Block, schema: BlockSchema<Args>): Args {
  return evaluateBlock(scope, block, schema).args;
}

/**
 * Evaluates a block and decodes it by its schema (see {@link DecodedBlock}).
 * @throws DiagnosticError about an expression or inner block; ArgumentsError, with Alloy's message, about the whole
 * block
 */
export function evaluateBlock<Args>(scope: Scope, block: Block, schema: BlockSchema<Args>): Evaluated<Args> {
  const origins: Origins = new Map();
  try {
    // The schema declares a field of the right type for each name in `Args`.
    return decodeBody(scope, origins, block.body, schema) as Evaluated<Args>;
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
): Evaluated<unknown> {
  const args = buildDefaults(schema);
  const repeated = new Map<string, unknown[]>();
  const set = new Map<string, (readonly Setting[])[]>();
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
      if (value.type !== 'null') {
        set.set(name, []);
      }
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
    const { args: decoded, settings } = decodeBody(scope, origins, statement.body, field.block);
    set.set(name, [...(set.get(name) ?? []), settings]);
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
  const completed = { ...args, ...(schema.complete?.(args) ?? {}) };
  return { args: completed, settings: describeBody(schema, completed, set) };
}

/** The settings of a body as Alloy's API shows them; `set` has the names of those that it has, and the bodies of blocks. */
function describeBody(
  schema: BlockSchema,
  args: Readonly<Record<string, unknown>>,
  set: ReadonlyMap<string, readonly (readonly Setting[])[]> = new Map(),
): Setting[] {
  return Object.entries(schema.fields).flatMap(([name, field]): Setting[] => {
    if (field.field === 'attribute') {
      const isShown = isAttributeShown(field, args[name], set.has(name));
      return isShown ? [{ name, type: 'attr', value: field.type.describe(args[name]) }] : [];
    }
    return describeBlocks(field, set.get(name)).map((body) => ({ name, type: 'block', body }));
  });
}

function isAttributeShown({ type, initial, shown }: AttributeField<unknown>, value: unknown, isSet: boolean): boolean {
  if (shown !== 'changed') {
    return shown === 'always' || isSet;
  }
  // Go can't compare lists and maps.
  return type.elements !== undefined || type.values !== undefined
    ? isSet || initial !== type.zero
    : !(type.equals?.(value, initial) ?? value === initial);
}

function describeBlocks(
  { block, shown }: BlockField<unknown>,
  bodies: readonly (readonly Setting[])[] = [],
): readonly (readonly Setting[])[] {
  if (shown === 'set') {
    return bodies;
  }
  const defaults = describeBody(block, buildDefaults(block));
  if (shown === 'always') {
    return bodies.length > 0 ? bodies : [defaults];
  }
  return bodies.filter((body) => JSON.stringify(body) !== JSON.stringify(defaults));
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
