import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../../run/cannot-run.ts';
import { type Part, type PlannedEndpoints, partsInOrder } from '../../run/stack.ts';
import { openLogFile } from './log-file.ts';
import { type PartContext, type PartPlan, type RunningPart, startPart } from './part.ts';
import type { PortBlock } from './ports.ts';
import { PortTaken } from './ready.ts';
import type { RunDirectory } from './run-directory.ts';

/** Which parts are started, and how each is planned. */
export type PartsToStart = {
  /** The parts to start; no others are. */
  readonly parts: readonly Part[];
  /** What is there already and takes the place of parts that are not among `parts`. */
  readonly given?: PlannedEndpoints;
  /** Plans a part, with the endpoints of all that was planned before it. */
  readonly plan: (part: Part, context: PartContext, others: PlannedEndpoints) => Promise<PartPlan>;
  /** The parts that are told addresses of others which can change: they are planned after all others, and anew when one has. */
  readonly toldOthers: readonly Part[];
  /** The part that has to be ready, or to have failed, before a part is started. */
  readonly waitsFor: Readonly<Partial<Record<Part, Part>>>;
  /** Parts whose failure to start is a finding of the run rather than its end: it is then in `failures`. */
  readonly mayFail?: readonly Part[];
};

/** The parts of a stack, when all are ready or have failed where they may. */
export type StartedParts = {
  readonly running: ReadonlyMap<Part, RunningPart>;
  readonly endpoints: PlannedEndpoints;
  readonly failures: Readonly<Partial<Record<Part, string>>>;
};

const attempts = 3;

/** The path of the log of a part of this run. */
export function logPathOf(run: RunDirectory, part: Part): string {
  return join(run.path, 'logs', `${part}.log`);
}

/**
 * Starts the parts side by side in the run's directory, each on ports of its own; where another program has taken one in
 * the meantime, that part is planned anew with others. Throws `CannotRun` for the first part that can't be started: the
 * run has to be ended then, since others may still be starting.
 */
export async function startParts(wanted: PartsToStart, run: RunDirectory, ports: PortBlock): Promise<StartedParts> {
  const parts = partsInOrder.filter((part) => wanted.parts.includes(part));
  mkdirSync(join(run.path, 'logs'), { mode: 0o700 });
  const contexts = new Map(parts.map((part) => [part, contextOf(part, run, ports)]));
  const running = new Map<Part, RunningPart>();
  const failures: Partial<Record<Part, string>> = {};
  let endpoints: PlannedEndpoints = wanted.given ?? {};

  const plan = async (part: Part, context: PartContext): Promise<PartPlan> => {
    const made = await wanted.plan(part, context, endpoints);
    endpoints = { ...endpoints, ...made.endpoints };
    return made;
  };
  const plans = new Map<Part, PartPlan>();
  // What is started first is planned last: the environment of Alloy and the services holds the addresses of all others.
  for (const [part, context] of [...contexts].reverse()) plans.set(part, await plan(part, context));

  let moved = false;
  const start = async (part: Part, context: PartContext): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const planned = plans.get(part) ?? (await plan(part, context));
      plans.delete(part);
      try {
        running.set(part, await startPart(planned, context));
        return;
      } catch (error) {
        if (!(error instanceof PortTaken)) throw error;
        if (attempt === attempts)
          throw new CannotRun(`${error.message}, ${attempts} times.`, 'see which program takes it.');
        await rm(join(run.path, part), { recursive: true, force: true });
        moved ||= !wanted.toldOthers.includes(part);
      }
    }
  };
  const settled = new Map(parts.map((part) => [part, Promise.withResolvers<void>()]));
  await Promise.all(
    [...contexts].map(async ([part, context]) => {
      try {
        const first = wanted.waitsFor[part];
        if (first !== undefined) {
          await settled.get(first)?.promise;
          if (moved) plans.delete(part);
        }
        await start(part, context).finally(() => settled.get(part)?.resolve());
      } catch (error) {
        if (wanted.mayFail?.includes(part) !== true || !(error instanceof CannotRun)) throw error;
        failures[part] = error.message;
      }
    }),
  );
  for (const part of moved ? wanted.toldOthers : []) {
    const context = contexts.get(part);
    if (context === undefined) continue;
    await running.get(part)?.stop(0);
    await start(part, context);
  }
  return { running, endpoints, failures };
}

function contextOf(part: Part, run: RunDirectory, ports: PortBlock): PartContext {
  const logPath = logPathOf(run, part);
  return { run, ports, logPath, log: openLogFile(logPath) };
}
