import { describeStabilityProblem, type Stability } from '../catalog/known-components.ts';
import { decodeString } from '../language/evaluation/literal.ts';
import {
  type Block,
  countBytes,
  findStatementEnd,
  findStatementStart,
  formatBlockId,
  type Statement,
} from '../language/syntax/ast.ts';
import { createError, type Diagnostic } from '../language/syntax/diagnostic.ts';
import { quote } from '../language/syntax/quote.ts';
import { findPosition, type SourceFile } from '../language/syntax/source.ts';
import { type BlockSchema, block as defineBlock, optional, required } from '../schema/schema.ts';
import { any } from '../schema/types.ts';
import type { TopBlock } from './configuration.ts';

/** A block of a module: a component, a configuration block, a service, or a module of its own. */
export type Node = {
  /** Its name and label, made unique if another block has the same. */
  readonly id: string;
  readonly kind: Kind;
  readonly file: SourceFile;
  /** The block without the parts that form a module of their own: the body of a declare, the template of a foreach. */
  readonly block: Block;
  /** Undefined for a component, whose schema is looked up by name, and for a block without a schema. */
  readonly schema: BlockSchema | undefined;
  /** Problems of the block, except those of its content. */
  readonly problems: readonly Diagnostic[];
  /** The module inside of a declare or foreach. */
  readonly inner: Module | undefined;
};

export type Kind = 'declare' | 'config' | 'component' | 'service';

/** The blocks that can refer to each other. */
export type Module = {
  readonly nodes: Node[];
  readonly byId: Map<string, Node>;
  /** The outer module whose blocks are visible too: that of a foreach. */
  readonly visible: Module | undefined;
  /** Custom components by the first part of their name; undefined if their arguments are unknown. */
  readonly custom: Map<string, BlockSchema | undefined>;
  /** The outer module, whose custom components this one can use. */
  readonly around: Module | undefined;
};

/** The context in which modules are checked. */
export type CheckContext = {
  readonly stability: Stability;
  /** The schemas of all blocks that are used, by name. */
  readonly schemas: ReadonlyMap<string, BlockSchema>;
  /**
   * Names that expressions may use besides components and functions. Like Alloy, this keeps one set for all modules.
   */
  readonly variables: Set<string>;
};

/** The kind of a module. A foreach at the top level counts as root. */
export type ModulePlace = { readonly root: boolean; readonly foreach: boolean };

const configNames = [
  'foreach',
  'argument',
  'export',
  'logging',
  'tracing',
  'import.file',
  'import.string',
  'import.http',
  'import.git',
];

const serviceNames = ['cluster', 'http', 'labelstore', 'livedebugging', 'otel', 'remotecfg', 'ui'];
const unconfigurable = ['cluster', 'otel', 'ui'];

/** Lists the names of all blocks whose schemas a check needs, including those inside of modules. */
export function listBlockNames(statements: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    if (statement.kind === 'block') {
      names.add(statement.name);
      if (['declare', 'foreach', 'template'].includes(statement.name)) {
        for (const name of listBlockNames(statement.body)) {
          names.add(name);
        }
      }
    }
  }
  return names;
}

/** Builds a module from its blocks, with the problems of each except those of its content. */
export function buildModule(
  context: CheckContext,
  blocks: readonly TopBlock[],
  place: ModulePlace,
  around?: Module,
): Module {
  const visible = place.foreach ? around : undefined;
  const module: Module = { nodes: [], byId: new Map(), visible, custom: new Map(), around };
  for (const kind of ['declare', 'config', 'component', 'service'] as const) {
    const members = blocks.filter(({ block }) => classifyBlock(block) === kind);
    const first = new Map<string, TopBlock>();
    for (const [index, member] of members.entries()) {
      const id = formatBlockId(member.block);
      const original = first.get(id);
      first.set(id, original ?? member);
      const parts = describe({ context, module, place }, kind, member, original);
      // A duplicate is checked too, under an id that nothing can refer to.
      const uniqueId = original === undefined ? id : `${id}-${index}`;
      const node: Node = {
        id: uniqueId,
        kind,
        file: member.file,
        block: member.block,
        schema: undefined,
        inner: undefined,
        ...parts,
      };
      module.nodes.push(node);
      module.byId.set(uniqueId, node);
    }
  }
  return module;
}

/** The schema of a custom component; `known` is false if there is no custom component with this name. */
export function findCustomComponent(module: Module, name: string): { known: boolean; schema: BlockSchema | undefined } {
  const [prefix = ''] = name.split('.', 1);
  if (module.custom.has(prefix)) {
    return { known: true, schema: module.custom.get(prefix) };
  }
  return module.around === undefined ? { known: false, schema: undefined } : findCustomComponent(module.around, name);
}

function classifyBlock(block: Block): Kind {
  if (block.name === 'declare') {
    return 'declare';
  }
  if (configNames.includes(block.name)) {
    return 'config';
  }
  return serviceNames.includes(formatBlockId(block)) ? 'service' : 'component';
}

type ModuleState = { readonly context: CheckContext; readonly module: Module; readonly place: ModulePlace };
type NodeParts = Pick<Node, 'problems'> & Partial<Pick<Node, 'block' | 'schema' | 'inner'>>;

function describe(building: ModuleState, kind: Kind, member: TopBlock, original: TopBlock | undefined): NodeParts {
  const repeated = original === undefined ? [] : [reportDuplicate(member, original)];
  switch (kind) {
    case 'declare':
      return describeDeclare(building, member, repeated);
    case 'component':
      return { problems: [...findMissingLabel(member, `component ${quote(member.block.name)}`), ...repeated] };
    case 'service':
      return describeService(building, member, repeated);
    case 'config':
      return describeConfig(building, member, repeated);
  }
}

function describeDeclare({ context, module }: ModuleState, member: TopBlock, repeated: Diagnostic[]): NodeParts {
  const { file, block } = member;
  const { blocks, problems } = extractBlocks(file, block.body);
  const inner = buildModule(context, blocks, { root: false, foreach: false }, module);
  if (block.label !== '') {
    context.variables.add('argument');
    module.custom.set(block.label, declareArguments(inner));
  }
  return {
    block: { ...block, body: [] },
    inner,
    problems: [...findMissingLabel(member, 'declare block'), ...repeated, ...problems],
  };
}

function describeService({ context, place }: ModuleState, member: TopBlock, repeated: Diagnostic[]): NodeParts {
  const { file, block } = member;
  const problems = [...repeated, ...findDisallowed(place, member)];
  if (unconfigurable.includes(block.name)) {
    const message = `service ${quote(block.name)} does not support being configured`;
    return { problems: [...problems, createError(file, block.offset, block.close, message)] };
  }
  return { problems, schema: context.schemas.get(block.name) };
}

function describeConfig(building: ModuleState, member: TopBlock, repeated: Diagnostic[]): NodeParts {
  const { context, module, place } = building;
  const { file, block } = member;
  const schema = context.schemas.get(block.name);
  const lacksLabel = findMissingLabel(member, `${block.name} block`);
  switch (block.name) {
    case 'logging':
    case 'tracing':
      return { schema, problems: [...repeated, ...findDisallowed(place, member)] };
    case 'argument':
    case 'export': {
      const message = `${block.name} blocks only allowed inside a module`;
      const misplaced = place.root ? [createError(file, block.offset, block.close, message)] : [];
      return { schema, problems: [...repeated, ...misplaced, ...lacksLabel] };
    }
    case 'foreach':
      return describeForeach(building, member, [...repeated, ...findUnstable(context, member), ...lacksLabel]);
    default:
      if (repeated.length === 0 && lacksLabel.length === 0) {
        module.custom.set(block.label, undefined);
      }
      return { schema, problems: [...repeated, ...lacksLabel] };
  }
}

function describeForeach({ context, module, place }: ModuleState, member: TopBlock, problems: Diagnostic[]): NodeParts {
  const { file, block } = member;
  const schema = context.schemas.get(block.name);
  const isTemplate = (statement: Statement): boolean => statement.kind === 'block' && statement.name === 'template';
  const template = block.body.findLast(isTemplate);
  const outside = { ...block, body: block.body.filter((statement) => !isTemplate(statement)) };
  if (template?.kind !== 'block') {
    const missing = createError(file, block.offset, block.close, 'missing required block "template"');
    return { block: outside, schema, problems: [...problems, missing] };
  }
  const extracted = extractBlocks(file, template.body);
  const variable = outside.body.findLast(
    (statement) => statement.kind === 'attribute' && statement.name.name === 'var',
  );
  if (variable?.kind === 'attribute' && variable.value.kind === 'literal' && variable.value.token === 'STRING') {
    context.variables.add(decodeString(variable.value.text));
  }
  return {
    block: outside,
    schema,
    inner: buildModule(context, extracted.blocks, { root: place.root, foreach: true }, module),
    problems: [...problems, ...extracted.problems],
  };
}

function extractBlocks(file: SourceFile, body: readonly Statement[]): { blocks: TopBlock[]; problems: Diagnostic[] } {
  const blocks: TopBlock[] = [];
  const problems: Diagnostic[] = [];
  for (const statement of body) {
    if (statement.kind === 'block') {
      blocks.push({ file, block: statement });
    } else {
      const message = 'unsupported statement type *ast.AttributeStmt';
      problems.push(createError(file, findStatementStart(statement), findStatementEnd(statement), message));
    }
  }
  return { blocks, problems };
}

/** Builds the schema of a custom component: its arguments, of any type. */
function declareArguments(module: Module): BlockSchema {
  const definitions = module.nodes.filter(({ block }) => block.name === 'argument' && block.label !== '');
  return defineBlock(
    Object.fromEntries(
      definitions.map(({ block }) => [block.label, isOptional(block) ? optional(any) : required(any)]),
    ),
  );
}

function isOptional(argument: Block): boolean {
  const attribute = argument.body.findLast(
    (statement) =>
      statement.kind === 'attribute' &&
      statement.name.name === 'optional' &&
      statement.value.kind === 'literal' &&
      statement.value.token === 'BOOL',
  );
  return attribute?.kind === 'attribute' && attribute.value.kind === 'literal' && attribute.value.text === 'true';
}

function findUnstable({ stability }: CheckContext, member: TopBlock): Diagnostic[] {
  const problem = describeStabilityProblem('foreach block "foreach"', 'experimental', stability);
  return problem === undefined ? [] : [createErrorAtName(member, member.block.name, problem)];
}

function findMissingLabel(member: TopBlock, what: string): Diagnostic[] {
  return member.block.label === '' ? [createErrorAtName(member, member.block.name, `${what} must have a label`)] : [];
}

function findDisallowed(place: ModulePlace, member: TopBlock): Diagnostic[] {
  const where = place.root ? (place.foreach ? 'foreach' : undefined) : 'module';
  const id = formatBlockId(member.block);
  return where === undefined ? [] : [createErrorAtName(member, id, `${id} not allowed in ${where}`)];
}

function reportDuplicate(member: TopBlock, original: TopBlock): Diagnostic {
  const id = formatBlockId(member.block);
  const { line, column } = findPosition(original.file, original.block.offset);
  return createErrorAtName(member, id, `block ${id} already declared at ${original.file.name}:${line}:${column}`);
}

/** An error at the start of a block that is as long as `name`. */
function createErrorAtName({ file, block }: TopBlock, name: string, message: string): Diagnostic {
  return createError(file, block.offset, block.offset + countBytes(name) - 1, message);
}
