import { Registry } from 'prom-client';
import type { ComponentContext, Health } from '../schema/component.ts';
import type { BlockSchema } from '../schema/schema.ts';

/** The arguments that a test may set in a block: any of them; the rest get their defaults. */
export type PartialArguments<Args> = {
  readonly [Name in keyof Args]?: Args[Name] extends readonly (infer Item)[]
    ? readonly PartialArguments<Item>[]
    : NonNullable<Args[Name]> extends (...args: never) => unknown
      ? Args[Name]
      : NonNullable<Args[Name]> extends object
        ? PartialArguments<NonNullable<Args[Name]>> | undefined
        : Args[Name];
};

/** Fills in the defaults of a block, as decoding a configuration does. */
export function buildArguments<Args>(schema: BlockSchema<Args>, written: PartialArguments<Args> = {}): Args {
  const args: Record<string, unknown> = {};
  const given = written as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries(schema.fields)) {
    const value = given[name];
    if (field.field === 'attribute') {
      args[name] = name in given ? value : field.initial;
    } else if (field.repeats === 'many') {
      const blocks = Array.isArray(value) ? value : [];
      args[name] = blocks.map((block) => buildArguments(field.block, block));
    } else if (value !== undefined || field.absent === 'defaults') {
      args[name] = buildArguments(field.block, value ?? {});
    } else {
      args[name] = undefined;
    }
  }
  return schema.complete?.(args as Args) ?? (args as Args);
}

/** A line that a component logged. */
export type LoggedLine = {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
};

/** A context that exposes the log, health and metrics of a component. */
export type ComponentFixture = ComponentContext & {
  readonly lines: LoggedLine[];
  readonly health: () => Health;
  /** The value of a series of `/metrics`, by some of its labels; undefined if there is none. */
  readonly metric: (name: string, labels?: Readonly<Record<string, string>>) => Promise<number | undefined>;
  /** Resolves once a line with `message` has been logged. */
  readonly logged: (message: string | RegExp) => Promise<LoggedLine>;
};

/** Creates a context for one component. Components of one configuration share a registry. */
export function createFixture(
  id: string,
  registry: Registry = new Registry(),
  environment: ComponentContext['environment'] = process.env,
): ComponentFixture {
  const lines: LoggedLine[] = [];
  let health: Health = { state: 'unknown', message: '' };
  const waiting = new Set<() => void>();
  const matches = (line: LoggedLine, message: string | RegExp): boolean =>
    typeof message === 'string' ? line.message === message : message.test(line.message);
  return {
    id,
    environment,
    registry,
    log: (level, message, fields = {}) => {
      lines.push({ level, message, fields });
      for (const look of [...waiting]) {
        look();
      }
    },
    setHealth: (now) => {
      health = now;
    },
    lines,
    health: () => health,
    metric: async (name, labels = {}) => {
      const metric = (await registry.getMetricsAsJSON()).find((candidate) => candidate.name === name);
      const wanted = Object.entries(labels);
      const found = metric?.values.find((series) =>
        wanted.every(([label, value]) => Object.entries(series.labels).some(([k, v]) => k === label && v === value)),
      );
      return found === undefined ? undefined : Number(found.value);
    },
    logged: (message) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = lines.find((line) => matches(line, message));
          if (found !== undefined) {
            waiting.delete(look);
            resolve(found);
          }
        };
        waiting.add(look);
        look();
      }),
  };
}
