import type { Registry } from 'prom-client';
import type { Scope } from '../language/evaluation/evaluate.ts';
import type { Block } from '../language/syntax/ast.ts';
import { decodeBlock } from './decode.ts';
import type { BlockSchema } from './schema.ts';

/** The health of a component, as `/-/healthy` and `/api/v0/web/components` show it. */
export type Health = { readonly state: 'unknown' | 'healthy' | 'unhealthy' | 'exited'; readonly message: string };

/** Writes one line to the log; `component_id` and `component_path` are added. */
export type Logger = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, string | number | boolean>>,
) => void;

/** What a component gets when it is created. */
export type ComponentContext = {
  /** `prometheus.scrape.redis` */
  readonly id: string;
  /** The registry behind `/metrics`, shared by all components. */
  readonly registry: Registry;
  readonly log: Logger;
  readonly setHealth: (health: Health) => void;
};

/** A component that has been created from its arguments and not yet started. */
export type Instance = {
  /** What references to this component can read: plain values, or a `Capsule`. */
  readonly exports: Readonly<Record<string, unknown>>;
  readonly start: () => Promise<void>;
  /** Flushes what is held, then releases everything; ends within `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/** A component that can run. */
export type Component = {
  /** `prometheus.scrape` */
  readonly name: string;
  /** Its block: all arguments and inner blocks of the Alloy reference, also those that are refused or ignored. */
  readonly block: BlockSchema;
  /**
   * Evaluates a block of it; returns what creates the instance.
   * @throws DiagnosticError or ArgumentsError, as {@link decodeBlock} does
   */
  readonly prepare: (scope: Scope, block: Block) => Promise<(context: ComponentContext) => Instance>;
};

/**
 * Defines a component. `load` imports what creates it from its decoded block: only when it runs, since `alloy validate`
 * has no use for an HTTP client.
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
      const args = decodeBlock(scope, block, schema);
      const create = await load();
      return (context) => create(args, context);
    },
  };
}
