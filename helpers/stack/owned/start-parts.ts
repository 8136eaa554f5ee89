import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Endpoints } from '../../run/endpoints.ts';
import { isServicePart, type Part, partsInOrder } from '../../run/part.ts';
import type { StackRequest } from '../plan.ts';
import { refuseMissing } from './embedded-limits.ts';
import { openLogFile, readLogTail } from './log-file.ts';
import { type PartContext, type PartPlan, type RunningPart, startPart } from './part.ts';
import type { PortBlock } from './ports.ts';
import { PortTaken } from './ready.ts';
import type { RunDirectory } from './run-directory.ts';

/** How the parts of one kind of stack are planned, and in which order they start. */
export type PartPlanner = {
  /** Plans a part, with the endpoints of all that was planned before it. */
  readonly plan: (part: Part, context: PartContext, others: Endpoints) => Promise<PartPlan>;
  /** The parts whose environment holds addresses that can change: they are planned last, and again when one has changed. */
  readonly dependsOnAddresses: readonly Part[];
  /** The part that has to be ready, or to have failed, before a part is started. */
  readonly waitsFor: Readonly<Partial<Record<Part, Part>>>;
};

/** The parts of a stack, when all are ready or have failed where they may. */
export type StartedParts = {
  readonly running: ReadonlyMap<Part, RunningPart>;
  readonly endpoints: Endpoints;
  readonly failures: Readonly<Partial<Record<Part, string>>>;
};

const maxAttempts = 3;

/** The path of the log of a part of this run. */
export function buildLogPath(run: RunDirectory, part: Part): string {
  return join(run.path, 'logs', `${part}.log`);
}

/**
 * Starts the parts of a request side by side in the run's directory, each on ports of its own; where another program has
 * taken one in the meantime, that part is planned again with others. An Alloy that does not start is among the
 * `failures`, and so is what PostgreSQL refuses of the fixtures, and a service that is not ready for that.
 * Throws `CannotRun` for the first other part that can't be started, and for an embedded Alloy that lacks what the
 * configuration has: the run has to be ended then, since others may still be starting.
 */
export async function startParts(
  request: StackRequest,
  planner: PartPlanner,
  run: RunDirectory,
  ports: PortBlock,
): Promise<StartedParts> {
  const parts = partsInOrder.filter((part) => request.plan.parts.includes(part));
  mkdirSync(join(run.path, 'logs'), { mode: 0o700 });
  const contexts = new Map(
    parts.map((part): [Part, PartContext] => {
      const logPath = buildLogPath(run, part);
      return [part, { request, run, ports, logPath, log: openLogFile(logPath) }];
    }),
  );
  const running = new Map<Part, RunningPart>();
  const failures: Partial<Record<Part, string>> = {};
  let endpoints: Endpoints = request.plan.existing;

  const plan = async (part: Part, context: PartContext): Promise<PartPlan> => {
    const planned = await planner.plan(part, context, endpoints);
    endpoints = { ...endpoints, ...planned.endpoints };
    return planned;
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
        const started = await startPart(planned, context);
        running.set(part, started);
        if (started.problem !== undefined) failures[part] = started.problem;
        return;
      } catch (error) {
        if (!(error instanceof PortTaken)) throw error;
        if (attempt === maxAttempts)
          throw new CannotRun(`${error.message}, ${maxAttempts} times.`, 'find the program that takes it.');
        // With its log: the next attempt must not be judged by what the last one printed.
        for (const path of [join(run.path, part), context.logPath]) await rm(path, { recursive: true, force: true });
        moved ||= !planner.dependsOnAddresses.includes(part);
      }
    }
  };
  const settled = new Map(parts.map((part) => [part, Promise.withResolvers<void>()]));
  await Promise.all(
    [...contexts].map(async ([part, context]) => {
      try {
        const first = planner.waitsFor[part];
        if (first !== undefined) {
          await settled.get(first)?.promise;
          if (moved) plans.delete(part);
        }
        await start(part, context).finally(() => settled.get(part)?.resolve());
      } catch (error) {
        const mayFail = part === 'alloy' || (isServicePart(part) && failures.postgres !== undefined);
        if (!mayFail || !(error instanceof CannotRun)) throw error;
        if (part === 'alloy') refuseMissing(readLogTail(context.logPath, 500));
        failures[part] = error.message;
      }
    }),
  );
  for (const part of moved ? planner.dependsOnAddresses : []) {
    const context = contexts.get(part);
    if (context === undefined) continue;
    await running.get(part)?.stop(0);
    await start(part, context);
  }
  return { running, endpoints, failures };
}
