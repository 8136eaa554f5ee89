import { checkCloudForRun } from '../doctor/check-cloud.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { describeRun } from '../report/terminal.ts';
import { forgetVerdict } from '../report/verdict.ts';
import { type DeclaredPhase, listParts } from '../run/phases.ts';
import type { Run } from '../run/run.ts';
import { CLOUD_VARIABLES, findSharedIds } from '../settings/cloud.ts';
import { listSecrets } from '../settings/secrets.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { chooseStack } from '../stack/choose.ts';
import { listPrograms } from '../stack/native/required-programs.ts';
import type { StackPlan } from '../stack/plan.ts';
import { type StartedRun, type StartListener, startRun } from '../stack/start.ts';
import { shared } from './shared-state.ts';

/**
 * Joins the one run of this process: the first who asks begins it, for these phases, and it ends when all who asked have
 * called `leave`. Rejects with `CannotRun` or `SettingsError` where it can't be made.
 */
export async function joinRun(
  phases: readonly DeclaredPhase[],
  { isVerify = false, smoke }: { readonly isVerify?: boolean; readonly smoke?: SmokeOptions } = {},
): Promise<StartedRun & { readonly phases: readonly DeclaredPhase[]; leave: () => Promise<void> }> {
  shared.run ??= {
    started: smoke === undefined ? beginRun(phases) : beginSmoke(phases, smoke),
    phases,
    isVerify,
    isPrinted: isVerify && smoke === undefined,
    users: 0,
  };
  const joined = shared.run;
  joined.users++;
  const started = await joined.started;
  return {
    ...started,
    phases: joined.phases,
    leave: async () => {
      if (--joined.users > 0) return;
      delete shared.run;
      await started.stack?.stop();
    },
  };
}

/** A smoke check of a stack that runs already. */
export type SmokeOptions = {
  /** The settings, which name that stack. */
  readonly settings: Settings;
  /** The longest that a criterion may wait. */
  readonly maxWait: Milliseconds | undefined;
  /** Called with the run before its first criterion; what it throws ends the run. */
  readonly onRun: (run: Run) => void;
};

/** It starts nothing and installs nothing. */
async function beginSmoke(
  phases: readonly DeclaredPhase[],
  { settings, maxWait, onRun }: SmokeOptions,
): Promise<StartedRun> {
  const started = await startChecked(await chooseStack(settings, listParts(phases)));
  const run: Run = { ...started.run, isSmoke: true, ...(maxWait !== undefined && { maxWait }) };
  onRun(run);
  return { ...started, run };
}

/** Set-up and start follow one plan: what is installed is what the run will start. */
async function beginRun(phases: readonly DeclaredPhase[]): Promise<StartedRun> {
  forgetVerdict();
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const plan = await chooseStack(readSettings(), listParts(phases));
  if (plan.stack === 'native') await installPrograms(listPrograms(plan), plan.settings);
  return await startChecked(plan, {
    onDescription: (description) => print(describeRun(description)),
    onProgress: print,
  });
}

/** Grafana Cloud is checked while the stack starts: a login that it refuses is then known before the first question. */
async function startChecked(plan: StackPlan, listener?: StartListener): Promise<StartedRun> {
  const [started, cloudState] = await Promise.all([
    startRun(plan, listener),
    isCloudAsked(plan) ? checkCloudForRun(plan.settings) : undefined,
  ]);
  const { findHome } = plan.settings.inherited;
  const run: Run = {
    ...started.run,
    secrets: listSecrets(plan.settings),
    variableHomes: Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, findHome(name)])),
    ...(cloudState && { cloudState }),
  };
  return { ...started, run };
}

/** Which of two services an ID belongs to only they can say, whatever backend they are; that of our own stack takes any. */
function isCloudAsked({ stack, backend, settings }: StackPlan): boolean {
  return backend === 'cloud' || (stack === 'external' && findSharedIds(settings.cloud).length > 0);
}
