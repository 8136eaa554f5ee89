import { CannotRun } from '../../run/cannot-run.ts';
import { type Endpoints, type Part, type PlannedEndpoints, type Stack, serviceParts } from '../../run/stack.ts';
import { ownStack } from '../owned/owned-stack.ts';
import type { PartContext, PartPlan } from '../owned/part.ts';
import { logPathOf, type StartedParts, startParts } from '../owned/start-parts.ts';
import { type AlloyOptions, planAlloy } from '../parts/alloy.ts';
import { type CloudGrpc, planCloud } from '../parts/mock-cloud.ts';
import { planPostgres } from '../parts/postgres.ts';
import { planRabbitmq } from '../parts/rabbitmq.ts';
import { planRedis } from '../parts/redis.ts';
import { planService, type ServiceOptions } from '../parts/services.ts';

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

/** Alloy holds on to what it could not deliver for up to a minute after SIGTERM. */
const graceMs = 1000;

/**
 * These end within milliseconds when asked to, and wait for the processes that they started; killed, they would leave
 * those to the machine's first process, which does not wait in every container. What the others hold is worth nothing.
 */
const endedInOrder: readonly Part[] = ['alloy', 'postgres', 'redis'];

/**
 * Starts the parts side by side, Alloy first, as child processes on free loopback ports in one temporary directory.
 * Returns when all are ready. Throws `CannotRun`, and leaves nothing, where one of them can't be started.
 */
export async function startNative(options: NativeOptions): Promise<Stack> {
  if (process.platform !== 'linux') {
    throw new CannotRun(
      'the native stack is for Debian and Ubuntu; this is another system.',
      'start a Docker engine, and run with STACK=containers.',
    );
  }
  return await ownStack({
    kind: 'native',
    start: (run, ports) =>
      startParts(
        {
          ...options,
          plan: (part, context, others) => planPart(part, context, options, others),
          toldOthers: ['alloy', ...serviceParts],
          // What a program trusts is read when it starts: the mock's certificate has to be there.
          waitsFor: options.cloudGrpc === 'tls' ? { alloy: 'cloud' } : {},
        },
        run,
        ports,
      ),
    endpoints: async (parts, run) => completed(parts, options, logPathOf(run, 'alloy')),
    end: async (parts) => {
      await Promise.all(endedInOrder.map((part) => parts?.running.get(part)?.stop(graceMs)));
    },
  });
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
      return await planCloud(context, {
        environment: options.cloudEnvironment ?? (() => ({})),
        grpc: options.cloudGrpc ?? 'none',
      });
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

function completed(
  { endpoints: { alloy, ...others }, running }: StartedParts,
  options: NativeOptions,
  logFile: string,
): Endpoints {
  if (alloy === undefined || options.alloy === undefined) return others;
  const { program, config } = options.alloy;
  const version = running.get('alloy')?.version ?? 'unknown';
  return { ...others, alloy: { ...alloy, kind: program.kind, version, config, command: program.command, logFile } };
}
