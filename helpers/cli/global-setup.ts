/** Begins the run for a project of vitest whose specs need one, and ends it after the last. */
import type { TestProject } from 'vitest/node';
import { readPhases } from '../run/read-phases.ts';
import { endIfRefused } from './command.ts';
import { joinRun } from './shared-run.ts';

/** Called by vitest before the first spec of each project; returns what to call after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const paths = project.vitest.state.getPaths();
  const { run, phases, leave } = await endIfRefused(() =>
    joinRun(readPhases().filter(({ file }) => paths.includes(file))),
  );
  project.provide('run', run);
  project.provide('phases', phases);
  return leave;
}
