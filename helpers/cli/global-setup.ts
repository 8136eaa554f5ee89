/** Starts the stack once for all projects of a vitest run whose specs need it, and ends it after the last. */
import type { TestProject } from 'vitest/node';
import { chosenPhases } from '../report/criteria.ts';
import { worldOf } from '../report/terminal.ts';
import { forgetVerdict } from '../report/verdict.ts';
import { environmentWithDotenv, readSettings } from '../settings/settings.ts';
import { partsFor } from '../stack/phases.ts';
import type { StartedRun } from '../stack/start-run.ts';
import { startRun } from '../stack/start-run.ts';

/** Both projects load this module anew, in one process: what they share has to lie outside of it. */
const shared = globalThis as { alloyVerify?: { started: Promise<StartedRun>; users: number } };

/** Called by vitest before the first spec of each project; returns what to call after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.alloyVerify ??= { started: start(project), users: 0 };
  const mine = shared.alloyVerify;
  mine.users++;
  const { run, stack } = await mine.started;
  project.provide('run', run);
  return async () => {
    if (--mine.users > 0) return;
    delete shared.alloyVerify;
    await stack?.stop();
  };
}

async function start(project: TestProject): Promise<StartedRun> {
  forgetVerdict();
  const environment = environmentWithDotenv();
  const chosen = chosenPhases();
  const parts = partsFor(chosen.length > 0 ? chosen : project.vitest.state.getPaths());
  return await startRun(readSettings(environment), parts, environment, {
    announce: (world) => process.stdout.write(`${worldOf(world)}\n`),
  });
}
