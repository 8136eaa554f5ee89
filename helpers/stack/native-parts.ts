import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AlloyOptions, planAlloy } from './alloy.ts';
import { CannotRun } from './cannot-run.ts';
import { type CloudGrpc, planCloud } from './cloud.ts';
import { openLogFile } from './log-file.ts';
import { type PartContext, type PartPlan, type RunningPart, startPart } from './part.ts';
import type { PortBlock } from './ports.ts';
import { planPostgres } from './postgres.ts';
import { planRabbitmq } from './rabbitmq.ts';
import { PortTaken } from './ready.ts';
import { planRedis } from './redis.ts';
import type { RunDirectory } from './run-directory.ts';
import { planService, type ServiceOptions } from './services.ts';
import { type Part, type PlannedEndpoints, partsInOrder, serviceParts } from './stack.ts';

/** What a native stack is made of. */
export type NativeOptions = {
  /** The parts to start; no others are. */
  readonly parts: readonly Part[];
  /** How `alloy` is run; needed where it is among the parts. */
  readonly alloy?: AlloyOptions;
  /** What is there already and takes the place of parts that are not among `parts`. */
  readonly given?: PlannedEndpoints;
  /** How the services are set up; needed where one is among the parts. */
  readonly services?: ServiceOptions;
  /** The environment of the mock Grafana Cloud at `url`: its `GRAFANA_CLOUD_*` variables. */
  readonly cloudEnvironment?: (url: string) => Readonly<Record<string, string>>;
  /** Whether and how the mock takes OTLP over gRPC; it does not by default. */
  readonly cloudGrpc?: CloudGrpc;
  /** How old, in milliseconds, queue depths on RabbitMQ's metrics page may be; 200 by default. */
  readonly rabbitmqStatisticsIntervalMs?: number;
  /** Parts whose failure to start is a finding of the run rather than its end: it is then in `failures`. */
  readonly mayFail?: readonly Part[];
};

/** The parts of a native stack, when all are ready or have failed where they may. */
export type StartedParts = {
  readonly running: ReadonlyMap<Part, RunningPart>;
  readonly endpoints: PlannedEndpoints;
  readonly failures: Readonly<Partial<Record<Part, string>>>;
};

const attempts = 3;
/** The parts that are told the addresses of others. */
const needOthers: readonly Part[] = ['alloy', ...serviceParts];

/** The path of the log of a part of this run. */
export function logPathOf(run: RunDirectory, part: Part): string {
  return join(run.path, 'logs', `${part}.log`);
}

/**
 * Starts the parts side by side in the run's directory, each on ports of its own; where another program has taken one in
 * the meantime, that part is planned anew with others. Throws `CannotRun` for the first part that can't be started: the
 * run has to be ended then, since others may still be starting.
 */
export async function startParts(options: NativeOptions, run: RunDirectory, ports: PortBlock): Promise<StartedParts> {
  const wanted = partsInOrder.filter((part) => options.parts.includes(part));
  mkdirSync(join(run.path, 'logs'), { mode: 0o700 });
  const contexts = new Map(wanted.map((part) => [part, contextOf(part, run, ports)]));
  const running = new Map<Part, RunningPart>();
  const failures: Partial<Record<Part, string>> = {};
  let endpoints: PlannedEndpoints = options.given ?? {};

  const plan = async (part: Part, context: PartContext): Promise<PartPlan> => {
    const made = await planPart(part, context, options, endpoints);
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
        moved ||= !needOthers.some((needing) => needing === part);
      }
    }
  };
  const cloudStarted = Promise.withResolvers<void>();
  await Promise.all(
    [...contexts].map(async ([part, context]) => {
      try {
        // What a program trusts is read when it starts: the mock's certificate has to be there.
        if (part === 'alloy' && options.cloudGrpc === 'tls') await cloudStarted.promise;
        await start(part, context);
        if (part === 'cloud') cloudStarted.resolve();
      } catch (error) {
        if (part === 'cloud') cloudStarted.resolve();
        if (options.mayFail?.includes(part) !== true || !(error instanceof CannotRun)) throw error;
        failures[part] = error.message;
      }
    }),
  );
  for (const part of moved ? needOthers : []) {
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

async function planPart(
  part: Part,
  context: PartContext,
  options: NativeOptions,
  others: PlannedEndpoints,
): Promise<PartPlan> {
  switch (part) {
    case 'postgres':
      return await planPostgres(context);
    case 'redis':
      return await planRedis(context);
    case 'rabbitmq':
      return await planRabbitmq(context, { statisticsIntervalMs: options.rabbitmqStatisticsIntervalMs ?? 200 });
    case 'cloud':
      return await planCloud(context, options.cloudEnvironment ?? (() => ({})), options.cloudGrpc ?? 'none');
    case 'api':
    case 'bot':
    case 'notification-daemon':
    case 'status-transition-daemon':
      if (options.services === undefined) throw new Error(`the part ${part} needs the option services`);
      return await planService(part, context, options.services, others);
    case 'alloy':
      if (options.alloy === undefined) throw new Error('the part alloy needs the option alloy');
      return await planAlloy(context, options.alloy, others);
  }
}
