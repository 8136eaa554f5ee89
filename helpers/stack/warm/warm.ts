import { join } from 'node:path';
import type { Run } from '../../run/run.ts';
import type { Endpoints, Part, Stack } from '../../run/stack.ts';
import { partControl } from '../owned/control-client.ts';
import { logTail } from '../owned/log-file.ts';
import { takeLease } from './lease.ts';
import { readWarmState, type WarmState } from './warm-state.ts';

/** A warm stack that a run may use, or why the one that is there is not it. */
export type WarmFinding = { readonly stack: Stack; readonly run: Run } | { readonly unused: string };

/**
 * Looks for the warm stack of this checkout, and takes it for this run where it was started with the same settings, all
 * these parts of it do what they are there for, and no other run has it. Returns undefined where there is none. `stop` of
 * the stack gives it back.
 */
export async function findWarmStack(
  parts: readonly Part[],
  { fingerprint, images }: Pick<WarmState, 'fingerprint' | 'images'>,
): Promise<WarmFinding | undefined> {
  const state = readWarmState();
  if (state === undefined) return undefined;
  if (state.fingerprint !== fingerprint)
    return { unused: 'its settings or the code have changed since `npm run stack:up`' };
  if (Object.entries(images).some(([name, id]) => state.images[name] !== id))
    return { unused: 'its images have changed since `npm run stack:up`' };
  const lease = await takeLease(state.leaseSocket).catch(() => undefined);
  if (lease === undefined) return { unused: 'another run has it' };
  const control = partControl(controlSocketOf(state));
  try {
    await Promise.all(parts.map((part) => control.check(part)));
  } catch (error) {
    await lease.release();
    return { unused: `it is not well: ${error instanceof Error ? error.message : error}` };
  }
  const stack: Stack = {
    ...control,
    kind: state.run.stack === 'containers' ? 'containers' : 'native',
    warm: true,
    endpoints: endpointsOf(state),
    controlSocket: controlSocketOf(state),
    versions: state.versions,
    timings: {},
    failures: {},
    logTail: (part, lines) => logTail(join(state.logs, `${part}.log`), lines),
    stop: lease.release,
    [Symbol.asyncDispose]: lease.release,
  };
  return { stack, run: state.run };
}

function controlSocketOf({ run: { controlSocket } }: WarmState): string {
  if (controlSocket === undefined) throw new TypeError('a warm stack has a control socket');
  return controlSocket;
}

function endpointsOf({ run, logs }: WarmState): Endpoints {
  const { alloy, postgres, redis, rabbitmq, mockUrl } = run;
  return {
    alloy,
    ...(postgres && { postgres }),
    ...(redis && { redis }),
    ...(rabbitmq && { rabbitmq }),
    ...(mockUrl !== undefined && { cloud: { url: mockUrl, logFile: join(logs, 'cloud.log') } }),
  };
}
