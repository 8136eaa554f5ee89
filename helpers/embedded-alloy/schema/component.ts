import type { Registry } from 'prom-client';
import type { Scope } from '../language/evaluation/evaluate.ts';
import type { Environment } from '../language/stdlib/stdlib.ts';
import type { Block } from '../language/syntax/ast.ts';
import { evaluateBlock } from './decode.ts';
import type { BlockSchema } from './schema.ts';
import type { Setting } from './settings.ts';

/** The health of a component, as in `/-/healthy` and `/api/v0/web/components`. */
export type Health = { readonly state: 'unknown' | 'healthy' | 'unhealthy' | 'exited'; readonly message: string };

/** Logs a line with the `component_id` and `component_path` of the component. */
export type Logger = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, string | number | boolean>>,
) => void;

/** The context in which a component is created. */
export type ComponentContext = {
  /** `prometheus.scrape.redis` */
  readonly id: string;
  /** The variables of the program. */
  readonly environment: Environment;
  /** The registry behind `/metrics`, shared by all components. */
  readonly registry: Registry;
  readonly log: Logger;
  readonly setHealth: (health: Health) => void;
};

/** A component that has been created but not started. */
export type Instance = {
  /** The values that other components can refer to: plain values, or a `Capsule`. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** What it is doing, as the API shows it; nothing for most components. */
  readonly debugInfo?: () => readonly Setting[];
  readonly start: () => Promise<void>;
  /** Flushes its data, then releases all resources, within `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/** A component whose block has been evaluated: its arguments as the API shows them, and how to create it. */
export type Prepared = {
  readonly arguments: readonly Setting[];
  readonly create: (context: ComponentContext) => Instance;
};

/** A component that can run. */
export type Component = {
  /** `prometheus.scrape` */
  readonly name: string;
  /** Its block with all arguments of the Alloy reference, including those that are refused or ignored. */
  readonly block: BlockSchema;
  /**
   * Evaluates its block.
   * @throws DiagnosticError or ArgumentsError, like {@link evaluateBlock}
   */
  readonly prepare: (scope: Scope, block: Block) => Promise<Prepared>;
};

/**
 * Defines a component. `load` returns the function that creates it from its decoded block. It is called only when the
 * component runs, because `alloy validate` has no use for HTTP clients and servers.
 */
export function defineComponent<Args>(definition: {
  readonly name: string;
  readonly block: BlockSchema<Args>;
  readonly load: () => Promise<(args: Args, context: ComponentContext) => Instance>;
}): Component {
  const { name, block: schema, load } = definition;
  return {
    name,
    block: schema,
    prepare: async (scope, block) => {
      const { args, settings } = evaluateBlock(scope, block, schema);
      const create = await load();
      return { arguments: settings, create: (context) => create(args, context) };
    },
  };
}
