import { join } from 'node:path';
import type { Endpoints } from '../../run/endpoints.ts';
import type { Part } from '../../run/part.ts';
import type { Run } from '../../run/run.ts';
import type { Stack } from '../../run/stack.ts';
import { connectControl } from '../owned/control-client.ts';
import { readLogTail } from '../owned/log-file.ts';
import type { ContainersPlan, NativePlan } from '../plan.ts';
import { describeStack } from './fingerprint.ts';
import { takeLease } from './lease.ts';
import { readWarmState, type WarmState } from './warm-state.ts';

/** A warm stack that a run may use, or why the one that is there can't be used. */
export type WarmFinding = { readonly stack: Stack; readonly run: Run } | { readonly unused: string };

/**
 * Looks for the warm stack of this checkout, and takes it for this run where it is what the plan would start, all parts
 * that the run needs work, and no other run has it. Returns undefined where there is none. `stop` of the stack gives it
 * back.
 */
export async function findWarmStack(plan: NativePlan | ContainersPlan): Promise<WarmFinding | undefined> {
  const state = readWarmState();
  if (state === undefined) return undefined;
  const { fingerprint, images } = describeStack(plan);
  if (state.fingerprint !== fingerprint)
    return { unused: 'its settings or the code have changed since `npm run stack:up`' };
  if (Object.entries(images).some(([name, id]) => state.images[name] !== id))
    return { unused: 'its images have changed since `npm run stack:up`' };
  return await takeWarmStack(state, plan.needs);
}

/**
 * Takes a warm stack for this run, whatever it was started as, where no other run has it and these parts work. `stop` of the stack
 * gives it back.
 */
export async function takeWarmStack(state: WarmState, needs: readonly Part[]): Promise<WarmFinding> {
  const lease = await takeLease(state.leaseSocket).catch(() => undefined);
  if (lease === undefined) return { unused: 'another run uses it' };
  const { controlSocket } = state.run;
  if (controlSocket === undefined) throw new TypeError('a warm stack has a control socket');
  const control = connectControl(controlSocket);
  try {
    await Promise.all(needs.map((part) => control.check(part)));
  } catch (error) {
    await lease.release();
    return { unused: `it does not work: ${error instanceof Error ? error.message : error}` };
  }
  const stack: Stack = {
    ...control,
    kind: state.run.stack === 'containers' ? 'containers' : 'native',
    warm: true,
    endpoints: listEndpoints(state),
    alloy: state.run.alloy,
    controlSocket,
    versions: state.versions,
    timings: {},
    failures: {},
    logs: state.logs,
    readLogTail: (part, lines) => readLogTail(join(state.logs, `${part}.log`), lines),
    stop: lease.release,
    [Symbol.asyncDispose]: lease.release,
  };
  return { stack, run: state.run };
}

function listEndpoints({ run, logs }: WarmState): Endpoints {
  const { alloy, postgres, redis, rabbitmq, mockUrl } = run;
  return {
    alloy,
    ...(postgres && { postgres }),
    ...(redis && { redis }),
    ...(rabbitmq && { rabbitmq }),
    ...(mockUrl !== undefined && { mockCloud: { url: mockUrl, logFile: join(logs, 'mock-cloud.log') } }),
  };
}
