/** Begins the run for a project of vitest whose specs need one, and ends it after the last. */
import type { TestProject } from 'vitest/node';
import { joinRun } from './shared-run.ts';

/** Called by vitest before the first spec of each project; returns what to call after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { run, leave } = await joinRun(project.vitest.state.getPaths());
  project.provide('run', run);
  return leave;
}
