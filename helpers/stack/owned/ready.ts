import { setTimeout as delay } from 'node:timers/promises';
import { CannotRun } from '../../run/cannot-run.ts';
import type { PartProcess } from './part-process.ts';

/** A part that ended because another program listens on a port that it was given: it can be tried again with others. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

const portTaken = /EADDRINUSE|eaddrinuse|[Aa]ddress already in use/;

/** A part that is being waited for. */
export type Waiting = {
  /** What a person calls the part. */
  readonly title: string;
  readonly running: PartProcess;
  /** Does with the part what its users will do; throws while it can't. */
  readonly probe: () => Promise<void>;
  readonly deadlineMs: number;
  readonly readLogTail: (lines: number) => string[];
};

/**
 * Returns when the part does what it is there for. Throws {@link PortTaken} where it ended over a port in use, and
 * `CannotRun` with its last 20 log lines where it ended otherwise or is not ready in time.
 */
export async function untilReady({ title, running, probe, deadlineMs, readLogTail }: Waiting): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const outcome = await Promise.race([attempt(probe), running.end.then(() => 'ended' as const)]);
    if (outcome === 'ready') return;
    const ended = running.ended();
    if (ended !== undefined && portTaken.test(readLogTail(200).join('\n')))
      throw new PortTaken(`${title}: port in use`);
    if (ended !== undefined || performance.now() > deadline) {
      const what = ended?.description ?? `was not ready within ${deadlineMs / 1000} s (${outcome})`;
      throw new CannotRun(`${title} ${what}. Its last log lines:\n${indent(readLogTail(20))}`, adviseOn(title));
    }
    await Promise.race([delay(15), running.end]);
  }
}

async function attempt(probe: () => Promise<void>): Promise<string> {
  try {
    await probe();
    return 'ready';
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}

function indent(lines: readonly string[]): string {
  return lines.length === 0 ? '    (nothing)' : lines.map((line) => `    ${line}`).join('\n');
}

function adviseOn(title: string): string {
  return `see the log lines of ${title} above; \`npm run doctor\` shows what this machine has.`;
}
