import { describeError } from '../language/describe-error.ts';
import type { Health, Instance } from '../schema/component.ts';
import type { Log } from './logger.ts';

/** The health of a component since a moment, as `/api/v0/web/components` shows it. */
export type DatedHealth = Health & { readonly updatedTime: Date };

/** A component of the running configuration. All ids are local ids. */
export type GraphComponent = {
  /** `prometheus.scrape` */
  readonly name: string;
  /** `redis` */
  readonly label: string;
  /** `prometheus.scrape.redis` */
  readonly localID: string;
  readonly referencesTo: readonly string[];
  readonly referencedBy: readonly string[];
  /** The components that this one hands data to: mostly those that refer to it, and for receivers those that it refers to. */
  readonly dataFlowEdgesTo: readonly string[];
  readonly health: () => DatedHealth;
};

/** A configuration that has been loaded: its components, created and not yet started. */
export type Graph = {
  readonly components: readonly GraphComponent[];
  /** Starts all components, each after those that it refers to. A component that can't start becomes unhealthy. */
  readonly start: () => Promise<void>;
  /** Stops all components, each after those that refer to it, so that what is under way is handed on; within `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/** A created component and what it stands on. */
export type CreatedComponent = {
  readonly name: string;
  readonly label: string;
  readonly localID: string;
  readonly instance: Instance;
  readonly health: HealthRecord;
  /** The ids of the components that it refers to. */
  readonly references: readonly string[];
  /** Those of them that it hands data to, as the type of what they export says. */
  readonly feeds: readonly string[];
};

/** Keeps the latest health of a component. */
export type HealthRecord = { readonly read: () => DatedHealth; readonly set: (health: Health) => void };

/** A health that starts as a real Alloy's does once a component has been evaluated. */
export function createHealthRecord(): HealthRecord {
  let current: DatedHealth = { state: 'healthy', message: 'component evaluated', updatedTime: new Date() };
  return {
    read: () => current,
    set(health) {
      current = { ...health, updatedTime: new Date() };
    },
  };
}

/** Joins created components into a graph; they come with those that others refer to first. */
export function buildGraph(created: readonly CreatedComponent[], log: Log): Graph {
  const referencedBy = (id: string): string[] =>
    created.filter(({ references }) => references.includes(id)).map(({ localID }) => localID);
  const components = created.map(({ name, label, localID, health, references, feeds }) => ({
    name,
    label,
    localID,
    referencesTo: references,
    referencedBy: referencedBy(localID),
    dataFlowEdgesTo: [
      ...feeds,
      ...created
        .filter((other) => other.references.includes(localID) && !other.feeds.includes(localID))
        .map((other) => other.localID),
    ],
    health: health.read,
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

/** Does something with every component as soon as it has been done with those before it. */
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
