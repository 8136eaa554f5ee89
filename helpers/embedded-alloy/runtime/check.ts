import { describeStabilityProblem, findStability, type Stability } from '../catalog/known-components.ts';
import { describeMissing } from '../identity.ts';
import { deprecatedNames, experimentalNames, isStandardName } from '../language/stdlib/stdlib.ts';
import { countBytes, findIdentifierEnd } from '../language/syntax/ast.ts';
import { createError, type Diagnostic } from '../language/syntax/diagnostic.ts';
import { quote } from '../language/syntax/quote.ts';
import { findReferences, type Reference } from '../language/syntax/references.ts';
import { checkBlock } from '../schema/check.ts';
import type { BlockSchema } from '../schema/schema.ts';
import type { TopBlock } from './configuration.ts';
import { findCycles } from './find-cycles.ts';
import {
  buildModule,
  type CheckContext,
  findCustomComponent,
  listBlockNames,
  type Module,
  type Node,
} from './module.ts';
import { loadBlocks } from './registry.ts';

/** How strictly a configuration is checked. */
export type CheckOptions = {
  readonly stability: Stability;
  readonly communityComponents: boolean;
  /**
   * Whether blocks are compared with their schemas, as `validate` does. Evaluating them finds the same errors and more.
   */
  readonly content: boolean;
};

/** The top-level blocks of a configuration, their references, and all problems. */
export type CheckResult = {
  readonly nodes: readonly Node[];
  readonly references: ReadonlyMap<Node, readonly Node[]>;
  /** The schemas of all components and configuration blocks that are used. */
  readonly schemas: ReadonlyMap<string, BlockSchema>;
  readonly diagnostics: readonly Diagnostic[];
};

/**
 * Checks a configuration without evaluating it, as `alloy validate` does: names, labels, duplicates, references and
 * cycles and, with `content`, each block against its schema. Deprecated functions cause warnings.
 */
export async function checkConfiguration(blocks: readonly TopBlock[], options: CheckOptions): Promise<CheckResult> {
  const schemas = await loadBlocks(listBlockNames(blocks.map(({ block }) => block)));
  const context: CheckContext = { stability: options.stability, schemas, variables: new Set(['module_path']) };
  const module = buildModule(context, blocks, { root: true, foreach: false });
  const references = new Map<Node, Node[]>();
  const diagnostics = checkModule({ ...options, ...context, references }, module);
  return { nodes: module.nodes, references, schemas, diagnostics };
}

type CheckState = CheckOptions & CheckContext & { readonly references: Map<Node, Node[]> };

function checkModule(checking: CheckState, module: Module): Diagnostic[] {
  return [...module.nodes.flatMap((node) => checkNode(checking, module, node)), ...findCycleErrors(checking, module)];
}

function checkNode(checking: CheckState, module: Module, node: Node): Diagnostic[] {
  const diagnostics = [...node.problems];
  const schema = node.kind === 'component' ? findComponentSchema(checking, module, node) : { schema: node.schema };
  if (schema.problem !== undefined) {
    const end = node.block.offset + countBytes(node.block.name) - 1;
    diagnostics.push(createError(node.file, node.block.offset, end, schema.problem));
    if (schema.unknown === true) {
      return diagnostics;
    }
  }
  if (schema.schema !== undefined && checking.content) {
    diagnostics.push(...checkBlock(node.file, node.block, schema.schema));
  }
  if (node.inner !== undefined) {
    diagnostics.push(...checkModule(checking, node.inner));
  }
  const targets: Node[] = [];
  for (const reference of findReferences(node.block.body)) {
    const { target, problem } = resolve(checking, module, node, reference);
    // If a block inside a foreach refers to one outside, the foreach depends on that, not the block inside.
    if (target !== undefined && module.byId.get(target.id) === target) {
      targets.push(target);
    }
    if (problem !== undefined) {
      diagnostics.push(problem);
    }
  }
  checking.references.set(node, [...new Set(targets)]);
  return diagnostics;
}

type FoundSchema = { readonly schema?: BlockSchema | undefined; readonly problem?: string; readonly unknown?: boolean };

function findComponentSchema(checking: CheckState, module: Module, { block }: Node): FoundSchema {
  const { name } = block;
  const custom = findCustomComponent(module, name);
  if (custom.known) {
    return { schema: custom.schema };
  }
  const quoted = quote(name);
  const stability = findStability(name);
  if (stability === undefined) {
    return { problem: `cannot find the definition of component name ${quoted}`, unknown: true };
  }
  if (stability === 'community') {
    if (!checking.communityComponents) {
      const problem = `the component ${quoted} is a community component. Use the --feature.community-components.enabled command-line flag to enable community components`;
      return { problem, unknown: true };
    }
  } else {
    const problem = describeStabilityProblem(`component ${quoted}`, stability, checking.stability);
    if (problem !== undefined) {
      return { problem, unknown: true };
    }
  }
  const schema = checking.schemas.get(name);
  return schema === undefined ? { problem: describeMissing(`component ${quoted}`) } : { schema };
}

type ResolvedReference = { readonly target?: Node; readonly problem?: Diagnostic };

function resolve(checking: CheckState, module: Module, node: Node, reference: Reference): ResolvedReference {
  const [first] = reference;
  const last = reference.at(-1) ?? first;
  const at = (severity: Diagnostic['severity'], message: string, end = last): Diagnostic => ({
    ...createError(node.file, first.offset, findIdentifierEnd(end), message),
    severity,
  });
  const target = findTarget(module, reference);
  if (target !== undefined) {
    return isStandardName(first.name)
      ? { target, problem: at('warning', 'a component is shadowing an existing stdlib name', first) }
      : { target };
  }
  const name = reference.map((identifier) => identifier.name).join('.');
  if (!isStandardName(first.name) && !checking.variables.has(first.name)) {
    return { problem: at('error', `component ${quote(name)} does not exist or is out of scope`) };
  }
  if (deprecatedNames.has(first.name)) {
    return { problem: at('warning', deprecation) };
  }
  const unsettled = experimentalNames.has(name)
    ? describeStabilityProblem(name, 'experimental', checking.stability)
    : undefined;
  return unsettled === undefined ? {} : { problem: at('error', unsettled) };
}

/** The warning of Alloy about a deprecated function. */
export const deprecation =
  'this stdlib function is deprecated; please refer to the documentation for updated usage and alternatives';

/** Finds the block whose id is the shortest prefix of a reference. */
function findTarget(module: Module, reference: Reference): Node | undefined {
  const names = reference.map(({ name }) => name);
  for (let length = 1; length <= names.length; length += 1) {
    const node = findNode(module, names.slice(0, length).join('.'));
    if (node !== undefined) {
      return node;
    }
  }
  return undefined;
}

function findNode(module: Module, id: string): Node | undefined {
  return module.byId.get(id) ?? (module.visible === undefined ? undefined : findNode(module.visible, id));
}

function findCycleErrors({ references }: CheckState, module: Module): Diagnostic[] {
  const successors = (node: Node): readonly Node[] => references.get(node) ?? [];
  const createErrorAtHead = ({ file, block }: Node, message: string): Diagnostic =>
    createError(file, block.offset, block.open, message);
  const cycles = findCycles(module.nodes, successors).flatMap((group) => {
    const sorted = group.sort((a, b) => (a.id < b.id ? -1 : 1));
    const message = `cycle detected: ${sorted.map(({ id }) => id).join(', ')}`;
    return sorted.map((node) => createErrorAtHead(node, message));
  });
  const selfReferences = module.nodes.filter((node) => successors(node).includes(node));
  return [...cycles, ...selfReferences.map((node) => createErrorAtHead(node, 'cannot reference self'))];
}
