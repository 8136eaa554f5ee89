import type { Registry } from 'prom-client';
import type { ConsumerOf } from './capsules.ts';
import type { BlockSchema } from './schema.ts';

/** Where a component stands: shown by `/-/healthy` and `/api/v0/web/components` as a real Alloy shows it. */
export type Health = { readonly state: 'unknown' | 'healthy' | 'unhealthy' | 'exited'; readonly message: string };

/** Writes one logfmt line on stderr, as Alloy does; `component_id` and `component_path` are added. */
export type Logger = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, string | number | boolean>>,
) => void;

/** What a component gets from the engine when it is created. */
export type ComponentContext = {
  /** `prometheus.scrape.redis` */
  readonly id: string;
  /** A directory of this component's own below `--storage.path`; it exists. */
  readonly dataPath: string;
  /** The address that `--server.http.listen-addr` names, once known. */
  readonly listenAddress: string;
  /** The registry behind `/metrics`. Several instances of a component share their metrics: use `getSingleMetric` first. */
  readonly registry: Registry;
  readonly log: Logger;
  readonly setHealth: (health: Health) => void;
};

/** A component that has been created from its arguments and not yet started. */
export type Instance = {
  /** What references to this component can read: plain values, or a `Capsule` (a consumer, an auth handler). */
  readonly exports: Readonly<Record<string, unknown>>;
  readonly start: () => Promise<void>;
  /** Flushes what is held, then releases everything; ends within `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/**
 * One component type of the embedded engine: its name, the shape of its block (the Alloy reference's "Arguments" and
 * "Blocks" of that component, all of them, also those that the engine can't honour) and how to make one.
 * `create` takes the decoded block (`ArgsOf` of its schema); it is undefined for a component whose block can be validated
 * but which the engine can't run.
 */
export type ComponentType = {
  readonly name: string;
  readonly block: BlockSchema;
  /** The names of the fields that an instance exports, for reference checks before anything runs. */
  readonly exports: readonly string[];
  create?(args: Record<string, unknown>, context: ComponentContext): Instance;
};

/** A value that only components can pass to each other: Alloy's capsule. */
export type Capsule =
  | { readonly capsule: 'metrics'; readonly consumer: ConsumerOf['metrics'] }
  | { readonly capsule: 'otelcol'; readonly consumer: ConsumerOf['otelcol'] }
  | { readonly capsule: 'auth'; readonly headers: () => Readonly<Record<string, string>> };
