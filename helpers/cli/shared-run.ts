import { describeRun } from '../report/terminal.ts';
import { forgetVerdict } from '../report/verdict.ts';
import { environmentWithDotenv, readSettings } from '../settings/settings.ts';
import { partsFor } from '../stack/phases.ts';
import type { StartedRun } from '../stack/start.ts';
import { startRun } from '../stack/start.ts';

type Shared = { readonly started: Promise<StartedRun>; users: number };

/** Each project of vitest loads its modules anew, in one process: what they share has to lie outside of them. */
const place = globalThis as { alloyVerify?: Shared };

/**
 * The one run of this process: begun by the first who asks, for the phases of these spec files, and ended when all who
 * asked have called `leave`. Rejects with `CannotRun` or `SettingsError` where it can't be made.
 */
export async function joinRun(specFiles: readonly string[]): Promise<StartedRun & { leave: () => Promise<void> }> {
  place.alloyVerify ??= { started: begin(specFiles), users: 0 };
  const shared = place.alloyVerify;
  shared.users++;
  const started = await shared.started;
  return {
    ...started,
    leave: async () => {
      if (--shared.users > 0) return;
      delete place.alloyVerify;
      await started.stack?.stop();
    },
  };
}

async function begin(specFiles: readonly string[]): Promise<StartedRun> {
  forgetVerdict();
  const environment = environmentWithDotenv();
  return await startRun(readSettings(environment), partsFor(specFiles), environment, {
    announce: (world) => process.stdout.write(`${describeRun(world)}\n`),
    say: (line) => process.stdout.write(`${line}\n`),
  });
}
