import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Registry } from 'prom-client';
import type { Stability } from '../catalog/known-components.ts';
import type { LoggingArgs } from '../components/logging/block.ts';
import type { Scope } from '../language/evaluation/evaluate.ts';
import { type ObjectValue, objectValue, stringValue, type Value } from '../language/evaluation/value.ts';
import { ignored } from '../language/identity.ts';
import { type Environment, standardLibrary } from '../language/stdlib/stdlib.ts';
import { type Diagnostic, DiagnosticError, diagnosticLine, errorAt } from '../language/syntax/diagnostic.ts';
import { referencesIn } from '../language/syntax/references.ts';
import { textBetween } from '../language/syntax/source.ts';
import type { ComponentContext, Instance } from '../schema/component.ts';
import { ArgumentsError, decodeBlock } from '../schema/decode.ts';
import type { BlockSchema } from '../schema/schema.ts';
import { type Checked, checkConfiguration, deprecation, notImplemented } from './check.ts';
import { parseConfiguration, readConfiguration } from './configuration.ts';
import { exportedValue } from './exports.ts';
import { type CreatedComponent, type Graph, graphOf, healthRecord } from './graph.ts';
import type { Log } from './logger.ts';
import type { Node } from './module.ts';
import { loadComponent } from './registry.ts';

/** What a configuration is loaded with. */
export type LoadOptions = {
  readonly environment: Environment;
  /** The directory below which every component gets one of its own. */
  readonly storagePath: string;
  /** The address of the HTTP server: what `--server.http.listen-addr` names until the server knows better. */
  readonly listenAddress: () => string;
  readonly registry: Registry;
  readonly log: Log;
  readonly stability: Stability;
  readonly communityComponents: boolean;
};

/**
 * Reads, checks and evaluates a configuration and creates its components, those that others refer to first.
 * @throws DiagnosticError with everything that is wrong, each with its place; Error when the path can't be read.
 */
export async function loadGraph(path: string, options: LoadOptions): Promise<Graph> {
  const blocks = parseConfiguration(await readConfiguration(path));
  const checked = await checkConfiguration(blocks, { ...options, content: false });
  const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new DiagnosticError(errors);
  }
  const library = standardLibrary(options.environment);
  const modulePath = stringValue(resolve(dirname(path)));
  const loading: Loading = {
    options,
    checked,
    constants: new Map([...library, ['module_path', modulePath]]),
    exports: new Map(),
    created: [],
    problems: [],
    failed: new Set(),
  };
  // The log's settings come first: what has been written so far waits for them.
  const order = inOrderOfReference(checked);
  for (const node of order.filter(isLogging)) {
    await loadNode(loading, node);
  }
  if (!order.some(isLogging)) {
    options.log.configure({ level: 'info', format: 'logfmt' });
  }
  warnOfDeprecated(checked.diagnostics, options.log);
  for (const node of order.filter((candidate) => !isLogging(candidate))) {
    await loadNode(loading, node);
  }
  if (loading.problems.length > 0) {
    throw new DiagnosticError(loading.problems);
  }
  return graphOf(loading.created, options.log);
}

type Loading = {
  readonly options: LoadOptions;
  readonly checked: Checked;
  readonly constants: ReadonlyMap<string, Value>;
  /** What the components that have been created export, by their ids. */
  readonly exports: Map<string, ObjectValue>;
  readonly created: CreatedComponent[];
  readonly problems: Diagnostic[];
  readonly failed: Set<Node>;
};

function isLogging(node: Node): boolean {
  return node.block.name === 'logging';
}

/** All nodes, each after those that it refers to. There are no cycles any more. */
function inOrderOfReference({ nodes, references }: Checked): Node[] {
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

function warnOfDeprecated(diagnostics: readonly Diagnostic[], log: Log): void {
  for (const { message, file, start, end } of diagnostics.filter((found) => found.message === deprecation)) {
    const name = textBetween(file, start, (end ?? start) + 1);
    log.write('warn', message, { controller_path: '/', controller_id: '', function: name });
  }
}

async function loadNode(loading: Loading, node: Node): Promise<void> {
  const targets = loading.checked.references.get(node) ?? [];
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
    loading.problems.push(...problemsOf(node, error));
  }
}

async function loadComponentNode(loading: Loading, node: Node, targets: readonly Node[]): Promise<void> {
  const { block, id } = node;
  const type = await loadComponent(block.name);
  const args = type === undefined ? {} : decoded(loading, node, type.block);
  if (type?.create === undefined) {
    throw new ArgumentsError(notImplemented(`component ${JSON.stringify(block.name)}`));
  }
  const health = healthRecord();
  const instance = built(() => type.create?.(args, contextFor(loading.options, id, health.set)));
  if (instance === undefined) {
    return;
  }
  const references = targets.filter(({ kind }) => kind === 'component').map((target) => target.id);
  loading.exports.set(id, exportedValue(instance.exports));
  loading.created.push({
    name: block.name,
    label: block.label,
    localID: id,
    instance,
    health,
    references,
    feeds: references.filter((target) => feeds(loading, node, target)),
  });
}

function built(create: () => Instance | undefined): Instance | undefined {
  try {
    return create();
  } catch (error) {
    throw new ArgumentsError(`building component: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function contextFor(options: LoadOptions, id: string, setHealth: ComponentContext['setHealth']): ComponentContext {
  const dataPath = join(options.storagePath, id);
  mkdirSync(dataPath, { recursive: true });
  return {
    id,
    dataPath,
    get listenAddress() {
      return options.listenAddress();
    },
    registry: options.registry,
    log: options.log.forComponent(id),
    setHealth,
  };
}

/** Whether a component hands data to another that it refers to: it does where that one exports something that takes data. */
function feeds({ exports }: Loading, node: Node, target: string): boolean {
  const fields = exports.get(target)?.fields;
  return referencesIn(node.block.body).some((reference) => {
    const name = reference.map((identifier) => identifier.name).join('.');
    const exported = name.startsWith(`${target}.`) ? fields?.get(name.slice(target.length + 1)) : undefined;
    return exported?.type === 'capsule' && exported.holds === 'capsule' && exported.capsule.capsule !== 'auth';
  });
}

function decoded(loading: Loading, node: Node, schema: BlockSchema): Record<string, unknown> {
  try {
    return decodeBlock(scopeOf(loading, node), node.block, schema);
  } catch (error) {
    throw error instanceof ArgumentsError ? new ArgumentsError(`decoding configuration: ${error.message}`) : error;
  }
}

/** What the expressions of a node can refer to: `a.b.c` leads to the exports of the component `a.b.c`. */
function scopeOf({ constants, exports }: Loading, { file }: Node): Scope {
  const root = new Map<string, Value>();
  for (const [id, value] of exports) {
    place(root, id.split('.'), value);
  }
  return { file, lookup: (name) => root.get(name) ?? constants.get(name) };
}

function place(into: Map<string, Value>, [name = '', ...rest]: readonly string[], value: Value): void {
  if (rest.length === 0) {
    into.set(name, value);
    return;
  }
  const known = into.get(name);
  const fields = new Map(known?.type === 'object' ? known.fields : []);
  place(fields, rest, value);
  into.set(name, objectValue(fields));
}

const passive = ['livedebugging', 'labelstore'];

function loadConfigNode(loading: Loading, node: Node): void {
  const { name } = node.block;
  if (!['logging', 'tracing', 'http', ...passive].includes(name)) {
    throw new ArgumentsError(notImplemented(`block ${JSON.stringify(name)}`));
  }
  const args = decoded(loading, node, node.schema ?? { fields: {} });
  const { log } = loading.options;
  if (name === 'logging') {
    const { level, format } = args as LoggingArgs;
    log.configure({ level: level === '' ? 'info' : level, format: format === '' ? 'logfmt' : format });
  } else if (name === 'tracing') {
    log.write('warn', ignored('the tracing block'), { controller_path: '/', controller_id: '' });
  } else if (name === 'http' && Object.values(args).some((value) => value !== undefined)) {
    throw new ArgumentsError(notImplemented('TLS and authentication of the HTTP server'));
  }
}

/** What to report of an error while a node was loaded: at its own place where it has one, else at the whole block. */
function problemsOf(node: Node, error: unknown): readonly Diagnostic[] {
  const { file, block, kind } = node;
  const what = {
    component: 'build component',
    service: 'evaluate service',
    config: 'evaluate node for config block',
    declare: 'evaluate node for config block',
  }[kind];
  const whole = (reason: string): Diagnostic =>
    errorAt(file, block.offset, block.close, `Failed to ${what}: ${reason}`);
  if (error instanceof ArgumentsError) {
    return [whole(error.message)];
  }
  if (!(error instanceof DiagnosticError)) {
    throw error;
  }
  return kind === 'component'
    ? error.diagnostics
    : error.diagnostics.map((diagnostic) => whole(`decoding configuration: ${diagnosticLine(diagnostic)}`));
}
