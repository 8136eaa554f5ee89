import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Registry } from 'prom-client';
import { loggingBlock } from '../catalog/configuration-blocks.ts';
import type { Stability } from '../catalog/known-components.ts';
import { describeIgnored, describeMissing } from '../identity.ts';
import { describeError } from '../language/describe-error.ts';
import type { Scope } from '../language/evaluation/evaluate.ts';
import { type ObjectValue, objectValue, stringValue, type Value } from '../language/evaluation/value.ts';
import { createStandardLibrary, type Environment } from '../language/stdlib/stdlib.ts';
import { createError, type Diagnostic, DiagnosticError, formatDiagnostic } from '../language/syntax/diagnostic.ts';
import { findReferences } from '../language/syntax/references.ts';
import { sliceText } from '../language/syntax/source.ts';
import { isCapsule } from '../schema/capsules.ts';
import type { ComponentContext, Instance } from '../schema/component.ts';
import { ArgumentsError, decodeBlock } from '../schema/decode.ts';
import { describeValue } from '../schema/describe-value.ts';
import { type CheckResult, checkConfiguration, deprecation } from './check.ts';
import { parseConfiguration, readConfiguration } from './configuration.ts';
import { convertExports } from './exports.ts';
import { buildGraph, type CreatedComponent, createHealthRecord, type Edge, type Graph } from './graph.ts';
import type { Log } from './logger.ts';
import type { Node } from './module.ts';
import { loadComponent } from './registry.ts';

/** The options for loading a configuration. */
export type LoadOptions = {
  readonly environment: Environment;
  /** The directory in which each component gets its own. */
  readonly storagePath: string;
  readonly registry: Registry;
  readonly log: Log;
  readonly stability: Stability;
  readonly communityComponents: boolean;
};

/**
 * Reads, checks and evaluates a configuration and creates its components, each after those it refers to.
 * @throws DiagnosticError with all errors and their positions; Error when the path can't be read
 */
export async function loadGraph(path: string, options: LoadOptions): Promise<Graph> {
  const blocks = parseConfiguration(await readConfiguration(path));
  const checkResult = await checkConfiguration(blocks, { ...options, content: false });
  const errors = checkResult.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new DiagnosticError(errors);
  }
  const library = createStandardLibrary(options.environment);
  const modulePath = stringValue(resolve(dirname(path)));
  const loading: LoadState = {
    options,
    checkResult,
    constants: new Map([...library, ['module_path', modulePath]]),
    exports: new Map(),
    created: [],
    problems: [],
    failed: new Set(),
  };
  // The logging block comes first: lines written so far wait for its settings.
  const order = sortByReferences(checkResult);
  for (const node of order.filter(isLogging)) {
    await loadNode(loading, node);
  }
  if (!order.some(isLogging)) {
    options.log.configure({ level: 'info', format: 'logfmt' });
  }
  warnAboutDeprecated(checkResult.diagnostics, options.log);
  for (const node of order.filter((candidate) => !isLogging(candidate))) {
    await loadNode(loading, node);
  }
  if (loading.problems.length > 0) {
    throw new DiagnosticError(loading.problems);
  }
  return buildGraph(loading.created, options.log);
}

type LoadState = {
  readonly options: LoadOptions;
  readonly checkResult: CheckResult;
  readonly constants: ReadonlyMap<string, Value>;
  /** The exports of the components that have been created, by id. */
  readonly exports: Map<string, ObjectValue>;
  readonly created: CreatedComponent[];
  readonly problems: Diagnostic[];
  readonly failed: Set<Node>;
};

function isLogging(node: Node): boolean {
  return node.block.name === 'logging';
}

/** Sorts the nodes so that each follows those it refers to. There are no cycles at this point. */
function sortByReferences({ nodes, references }: CheckResult): Node[] {
  const order = new Set<Node>();
  const visit = (node: Node): void => {
    if (!order.has(node)) {
      for (const target of references.get(node) ?? []) {
        visit(target);
      }
      order.add(node);
    }
  };
  nodes.forEach(visit);
  return [...order];
}

function warnAboutDeprecated(diagnostics: readonly Diagnostic[], log: Log): void {
  for (const { message, file, start, end } of diagnostics.filter((found) => found.message === deprecation)) {
    const name = sliceText(file, start, (end ?? start) + 1);
    log.write('warn', message, { controller_path: '/', controller_id: '', function: name });
  }
}

async function loadNode(loading: LoadState, node: Node): Promise<void> {
  const targets = loading.checkResult.references.get(node) ?? [];
  if (targets.some((target) => loading.failed.has(target))) {
    loading.failed.add(node);
    return;
  }
  try {
    if (node.kind === 'component') {
      await loadComponentNode(loading, node, targets);
    } else {
      loadConfigNode(loading, node);
    }
  } catch (error) {
    loading.failed.add(node);
    loading.problems.push(...describeProblems(node, error));
  }
}

async function loadComponentNode(loading: LoadState, node: Node, targets: readonly Node[]): Promise<void> {
  const { block, id } = node;
  const scope = buildScope(loading, node);
  const component = await loadComponent(block.name);
  if (component === undefined) {
    // Report errors of the block even though nothing can run it.
    decodeBlock(scope, block, loading.checkResult.schemas.get(block.name) ?? { fields: {} });
    throw new ArgumentsError(describeMissing(`component ${JSON.stringify(block.name)}`));
  }
  const { arguments: settings, create } = await component.prepare(scope, block);
  const health = createHealthRecord();
  const instance = createInstance(create, createContext(loading.options, id, health.set));
  const references = targets.filter(({ kind }) => kind === 'component').map((target) => target.id);
  const exports = convertExports(instance.exports);
  loading.exports.set(id, exports);
  loading.created.push({
    name: block.name,
    label: block.label,
    localID: id,
    arguments: settings,
    exports: [...exports.fields].map(([name, value]) => ({ name, type: 'attr', value: describeValue(value) })),
    instance,
    health,
    references,
    edges: listEdges(loading, node, references),
  });
}

function createInstance(create: (context: ComponentContext) => Instance, context: ComponentContext): Instance {
  try {
    return create(context);
  } catch (error) {
    throw new ArgumentsError(`building component: ${describeError(error)}`);
  }
}

function createContext(options: LoadOptions, id: string, setHealth: ComponentContext['setHealth']): ComponentContext {
  mkdirSync(join(options.storagePath, id), { recursive: true });
  const { environment, registry } = options;
  return { id, environment, registry, log: options.log.forComponent(id), setHealth };
}

/** One edge for each reference of a component to an export: to a consumer, and from anything else. */
function listEdges({ exports }: LoadState, { id, block }: Node, targets: readonly string[]): Edge[] {
  return findReferences(block.body).flatMap((reference) => {
    const name = reference.map((identifier) => identifier.name).join('.');
    const target = targets.find((candidate) => name.startsWith(`${candidate}.`)) ?? '';
    const exported = exports.get(target)?.fields.get(name.slice(target.length + 1));
    if (exported === undefined) {
      return [];
    }
    return [takesData(exported) ? { from: id, to: target } : { from: target, to: id }];
  });
}

function takesData(exported: Value): boolean {
  const content = exported.type === 'capsule' && exported.holds === 'export' ? exported.content : undefined;
  return isCapsule(content) && content.capsule !== 'auth';
}

/** Builds the scope of a node: `a.b.c` refers to the exports of the component `a.b.c`. */
function buildScope({ constants, exports }: LoadState, { file }: Node): Scope {
  const root = new Map<string, Value>();
  for (const [id, value] of exports) {
    insertAt(root, id.split('.'), value);
  }
  return { file, lookup: (name) => root.get(name) ?? constants.get(name) };
}

function insertAt(into: Map<string, Value>, [name = '', ...rest]: readonly string[], value: Value): void {
  if (rest.length === 0) {
    into.set(name, value);
    return;
  }
  const known = into.get(name);
  const fields = new Map(known?.type === 'object' ? known.fields : []);
  insertAt(fields, rest, value);
  into.set(name, objectValue(fields));
}

function loadConfigNode(loading: LoadState, node: Node): void {
  const { block, schema } = node;
  const { log } = loading.options;
  const scope = buildScope(loading, node);
  if (block.name === 'logging') {
    const { level, format } = decodeBlock(scope, block, loggingBlock);
    log.configure({ level: level === '' ? 'info' : level, format: format === '' ? 'logfmt' : format });
    return;
  }
  if (!['tracing', 'http', 'livedebugging', 'labelstore'].includes(block.name)) {
    throw new ArgumentsError(describeMissing(`block ${JSON.stringify(block.name)}`));
  }
  decodeBlock(scope, block, schema ?? { fields: {} });
  if (block.name === 'tracing') {
    log.write('warn', describeIgnored('the tracing block'), { controller_path: '/', controller_id: '' });
  } else if (block.name === 'http' && block.body.length > 0) {
    throw new ArgumentsError(describeMissing('TLS and authentication of the HTTP server'));
  }
}

/**
 * Converts an error from loading a node to diagnostics: at its own position if it has one, otherwise at the whole
 * block.
 */
function describeProblems(node: Node, error: unknown): readonly Diagnostic[] {
  const { file, block, kind } = node;
  const what = {
    component: 'build component',
    service: 'evaluate service',
    config: 'evaluate node for config block',
    declare: 'evaluate node for config block',
  }[kind];
  const whole = (reason: string): Diagnostic =>
    createError(file, block.offset, block.close, `Failed to ${what}: ${reason}`);
  if (error instanceof ArgumentsError) {
    return [whole(error.message)];
  }
  if (!(error instanceof DiagnosticError)) {
    throw error;
  }
  return kind === 'component'
    ? error.diagnostics
    : error.diagnostics.map((diagnostic) => whole(`decoding configuration: ${formatDiagnostic(diagnostic)}`));
}
