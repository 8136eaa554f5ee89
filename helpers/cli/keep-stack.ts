// The process that keeps a warm stack: `npm run stack:up` starts it, `stack:down` ends it with SIGTERM. It reports to
// the process that started it whether there is a stack now, and goes on by itself.

import { dirname, join } from 'node:path';
import { CannotRun } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/part.ts';
import { readSettings } from '../settings/settings.ts';
import { chooseStack } from '../stack/choose.ts';
import { describeOwner } from '../stack/owned/run-directory.ts';
import { startRun } from '../stack/start.ts';
import { describeStack } from '../stack/warm/fingerprint.ts';
import { serveLeases } from '../stack/warm/lease.ts';
import { removeWarmState, writeWarmState } from '../stack/warm/warm-state.ts';

/** What the keeper reports: what takes time, and in the end, once, that it keeps a stack, or why not. */
export type KeeperMessage =
  | { readonly line: string }
  | { readonly kept: true }
  | { readonly message: string; readonly fix: string };

try {
  await keep();
  report({ kept: true });
} catch (error) {
  const fix = error instanceof CannotRun ? error.fix : '`npm run doctor` shows what this machine has.';
  report({ message: error instanceof Error ? error.message : String(error), fix });
  process.exit(2);
}
process.disconnect?.();

async function keep(): Promise<void> {
  const plan = await chooseStack(readSettings(), partsInOrder, { reuse: false });
  const started = await startRun(plan, { onProgress: (line) => report({ line }) }, { reuse: false });
  const { stack } = started;
  if (stack === undefined || started.plan.stack === 'external')
    throw new TypeError('a run that is not external has a stack');
  const failure = Object.values(stack.failures)[0];
  if (failure !== undefined) {
    await stack.stop();
    throw new CannotRun(failure, 'correct the configuration; `npm run verify` shows more.');
  }
  const directory = dirname(stack.controlSocket);
  const leaseSocket = join(directory, 'lease.sock');
  // A run that was killed in the middle of an outage leaves parts away: the next one finds all of them.
  const leases = await serveLeases(leaseSocket, async () => {
    await Promise.allSettled(partsInOrder.map((part) => stack.bringBack(part)));
  });
  const { versions, timings, endpoints } = stack;
  // Only a stack that stays has a Grafana in which a failed query can be looked at.
  const run = { ...started.run, ...(endpoints.lgtm && { grafana: endpoints.lgtm.grafana }) };
  const owner = describeOwner(process.pid);
  writeWarmState({ owner, ...describeStack(started.plan), leaseSocket, logs: stack.logs, run, versions, timings });
  process.once('SIGTERM', () => {
    removeWarmState();
    leases.close();
    void stack.stop().finally(() => process.exit());
  });
}

function report(message: KeeperMessage): void {
  process.send?.(message);
}
