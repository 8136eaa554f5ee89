import { describeError } from '../language/describe-error.ts';
import type { Health, Instance } from '../schema/component.ts';
import type { Setting } from '../schema/settings.ts';
import type { Log } from './logger.ts';

/** The health of a component and the time since when it applies, as in `/api/v0/web/components`. */
export type DatedHealth = Health & { readonly updatedTime: Date };

/** A component of the running configuration. All ids are local ids. */
export type GraphComponent = {
  /** `prometheus.scrape` */
  readonly name: string;
  /** `redis` */
  readonly label: string;
  /** `prometheus.scrape.redis` */
  readonly localID: string;
  readonly arguments: readonly Setting[];
  readonly exports: readonly Setting[];
  readonly referencesTo: readonly string[];
  readonly referencedBy: readonly string[];
  /**
   * The components that receive data from this one, once for each reference: receivers that it refers to, and those that
   * refer to anything else of it.
   */
  readonly dataFlowEdgesTo: readonly string[];
  readonly health: () => DatedHealth;
  readonly debugInfo: () => readonly Setting[];
};

/** A loaded configuration: its components are created but not started. */
export type Graph = {
  readonly components: readonly GraphComponent[];
  /** Starts all components, each after those it refers to. A component that fails to start has exited. */
  readonly start: () => Promise<void>;
  /** Stops all components within `graceMs`, each after those that refer to it, so that data in flight is forwarded. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/** A created component and its references. */
export type CreatedComponent = {
  readonly name: string;
  readonly label: string;
  readonly localID: string;
  readonly arguments: readonly Setting[];
  readonly exports: readonly Setting[];
  readonly instance: Instance;
  readonly health: HealthRecord;
  /** The ids of the components it refers to. */
  readonly references: readonly string[];
  /** The ways of data that follow from its references. */
  readonly edges: readonly Edge[];
};

/** Data flows from one component to another one. */
export type Edge = { readonly from: string; readonly to: string };

/** Holds the latest health of a component. */
export type HealthRecord = { readonly read: () => DatedHealth; readonly set: (health: Health) => void };

/** Creates a record that starts with the health of a component that Alloy has just evaluated. */
export function createHealthRecord(): HealthRecord {
  let current: DatedHealth = { state: 'healthy', message: 'component evaluated', updatedTime: new Date() };
  return {
    read: () => current,
    set(health) {
      current = { ...health, updatedTime: new Date() };
    },
  };
}

/** Connects components, which must be sorted so that each follows those it refers to. */
export function buildGraph(created: readonly CreatedComponent[], log: Log): Graph {
  const referencedBy = (id: string): string[] =>
    created.filter(({ references }) => references.includes(id)).map(({ localID }) => localID);
  const edges = created.flatMap((component) => component.edges);
  const components = created.map(({ name, label, localID, health, instance, references, ...component }) => ({
    name,
    label,
    localID,
    arguments: component.arguments,
    exports: component.exports,
    referencesTo: references,
    referencedBy: referencedBy(localID),
    dataFlowEdgesTo: edges.filter(({ from }) => from === localID).map(({ to }) => to),
    health: health.read,
    debugInfo: instance.debugInfo ?? (() => []),
  }));

  async function startOne({ localID, instance, health }: CreatedComponent): Promise<void> {
    try {
      await instance.start();
    } catch (error) {
      const reason = describeError(error);
      health.set({ state: 'exited', message: `component shut down with error: ${reason}` });
      log.write('error', 'node exited with error', { node: localID, err: reason });
    }
  }

  async function stopOne({ localID, instance, health }: CreatedComponent, graceMs: number): Promise<void> {
    try {
      await instance.stop(graceMs);
      health.set({ state: 'exited', message: 'component shut down cleanly' });
    } catch (error) {
      const reason = describeError(error);
      health.set({ state: 'exited', message: `component shut down with error: ${reason}` });
      log.write('error', 'component did not stop', { node: localID, err: reason });
    }
  }

  return {
    components,
    start: () => runInOrder(created, ({ references }) => references, startOne),
    async stop(graceMs) {
      const deadline = Date.now() + graceMs;
      await runInOrder(
        created,
        ({ localID }) => referencedBy(localID),
        (component) => stopOne(component, Math.max(deadline - Date.now(), 0)),
      );
    },
  };
}

/** Runs `action` for each component once it is done for those before it. */
async function runInOrder(
  created: readonly CreatedComponent[],
  before: (component: CreatedComponent) => readonly string[],
  action: (component: CreatedComponent) => Promise<void>,
): Promise<void> {
  const done = new Map<string, Promise<void>>();
  const run = (component: CreatedComponent): Promise<void> => {
    const known = done.get(component.localID);
    if (known !== undefined) {
      return known;
    }
    const earlier = created.filter(({ localID }) => before(component).includes(localID)).map(run);
    const own = Promise.all(earlier).then(() => action(component));
    done.set(component.localID, own);
    return own;
  };
  await Promise.all(created.map(run));
}
