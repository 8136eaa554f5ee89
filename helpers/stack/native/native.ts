import { CannotRun } from '../../run/cannot-run.ts';
import type { Endpoints } from '../../run/endpoints.ts';
import { type Part, serviceParts } from '../../run/part.ts';
import type { Stack } from '../../run/stack.ts';
import { ownStack } from '../owned/owned-stack.ts';
import type { PartContext, PartPlan } from '../owned/part.ts';
import { startParts } from '../owned/start-parts.ts';
import { planAlloy } from '../parts/alloy.ts';
import { planLgtmGateway } from '../parts/lgtm-gateway.ts';
import { planMockCloud } from '../parts/mock-cloud.ts';
import { planPostgres } from '../parts/postgres.ts';
import { planRabbitmq } from '../parts/rabbitmq.ts';
import { planRedis } from '../parts/redis.ts';
import { planService } from '../parts/services.ts';
import type { NativePlan, StackRequest } from '../plan.ts';

/** Alloy holds on to what it could not deliver for up to a minute after SIGTERM. */
const stopGraceMs = 1000;

/**
 * These end within milliseconds when asked to, and wait for the processes that they started; killed, they would leave
 * those to the machine's first process, which does not wait in every container. What the others hold is worth nothing.
 */
const endedInOrder: readonly Part[] = ['alloy', 'postgres', 'redis'];

/**
 * Starts the parts side by side, Alloy first, as child processes on free loopback ports in one temporary directory.
 * Returns when all are ready. Throws `CannotRun`, and leaves nothing, where one of them can't be started.
 */
export async function startNative(request: StackRequest<NativePlan>): Promise<Stack> {
  if (process.platform !== 'linux') {
    throw new CannotRun(
      `the native stack runs on Debian and Ubuntu only, and this system is ${process.platform}.`,
      'start a container engine, and run with STACK=containers.',
    );
  }
  const { settings, alloy, configuration } = request.plan;
  const planner = {
    plan: (part: Part, context: PartContext, others: Endpoints) => planPart(part, context, request.plan, others),
    dependsOnAddresses: ['alloy', ...serviceParts] as const,
    // What a program trusts is read when it starts: the mock cloud's certificate has to be there.
    waitsFor: configuration.grpc === 'tls' ? ({ alloy: 'mock-cloud' } as const) : {},
  };
  return await ownStack({
    kind: 'native',
    engine: settings.engine,
    start: (run, ports) => startParts(request, planner, run, ports),
    describeAlloy: async () => ({
      kind: alloy.kind,
      config: settings.alloyConfig,
      command: alloy.command,
      isCommandEmbedded: alloy.kind === 'embedded',
    }),
    end: async (parts) => {
      await Promise.all(endedInOrder.map((part) => parts?.running.get(part)?.stop(stopGraceMs)));
    },
  });
}

async function planPart(part: Part, context: PartContext, plan: NativePlan, others: Endpoints): Promise<PartPlan> {
  switch (part) {
    case 'postgres':
      return await planPostgres(context);
    case 'redis':
      return await planRedis(context);
    case 'rabbitmq':
      return await planRabbitmq(context);
    case 'mock-cloud':
      return plan.gateway === undefined ? await planMockCloud(context) : await planLgtmGateway(context, plan.gateway);
    case 'lgtm':
      throw new TypeError('grafana/otel-lgtm is a container');
    case 'alloy':
      return await planAlloy(context, plan.alloy, others);
    default:
      return await planService(part, context, others);
  }
}
