import { checkCloudForRun } from '../doctor/check-cloud.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { describeRun } from '../report/terminal.ts';
import { forgetVerdict } from '../report/verdict.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { type DeclaredPhase, listParts } from '../run/phases.ts';
import type { Run } from '../run/run.ts';
import { CLOUD_VARIABLES, findSharedIds } from '../settings/cloud.ts';
import { listSecrets } from '../settings/secrets.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { chooseStack } from '../stack/choose.ts';
import { listPrograms } from '../stack/native/required-programs.ts';
import type { StackPlan } from '../stack/plan.ts';
import { type Joined, type JoinedRun, joinWarmStack, type StartListener, startRun } from '../stack/start.ts';
import { listOtherVariables } from '../stack/warm/compare-with-settings.ts';
import { shared } from './shared-state.ts';

/**
 * Joins the one run of this process: the first who asks begins it, for these phases, and it ends when all who asked have
 * called `leave`. Rejects with `CannotRun` or `SettingsError` where it can't be made.
 */
export async function joinRun(
  phases: readonly DeclaredPhase[],
  { isVerify = false, smoke }: { readonly isVerify?: boolean; readonly smoke?: SmokeOptions } = {},
): Promise<JoinedRun & { readonly phases: readonly DeclaredPhase[]; leave: () => Promise<void> }> {
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
  /** The settings; they name that stack, or neither an Alloy nor an external stack: that is the warm stack of this checkout. */
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
): Promise<JoinedRun> {
  const started =
    settings.existing.alloy === undefined && settings.stack !== 'external'
      ? await joinWarm(settings)
      : await startPlanned(await chooseStack(settings, listParts(phases)));
  const run: Run = { ...started.run, isSmoke: true, ...(maxWait !== undefined && { maxWait }) };
  onRun(run);
  return { ...started, run };
}

/** Throws {@link CannotRun} where there is no warm stack, or where it says nothing about the variables of this process. */
async function joinWarm(settings: Settings): Promise<JoinedRun> {
  const warm = await joinWarmStack();
  if (warm === undefined) {
    throw new CannotRun(
      'ALLOY_URL is not set, and `npm run stack:up` has left no stack running in this checkout.',
      'set ALLOY_URL, such as http://127.0.0.1:12345, or start a stack with `npm run stack:up`.',
    );
  }
  if ('unused' in warm) {
    throw new CannotRun(
      `ALLOY_URL is not set, and the warm stack can't be checked now: ${warm.unused}.`,
      'wait until the other run has ended, or set ALLOY_URL.',
    );
  }
  const others = listOtherVariables(warm.run, settings);
  if (others.length > 0) {
    throw new CannotRun(
      `ALLOY_URL is not set, and the warm stack was started with another ${others.join(', ')}.`,
      'start it again with `npm run stack:up`, set ALLOY_URL to the Alloy that has these, or unset them.',
    );
  }
  return await addChecked(settings, Promise.resolve(warm), warm.run.backend === 'cloud');
}

/** Set-up and start follow one plan: what is installed is what the run will start. */
async function beginRun(phases: readonly DeclaredPhase[]): Promise<JoinedRun> {
  forgetVerdict();
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const plan = await chooseStack(readSettings(), listParts(phases));
  if (plan.stack === 'native') await installPrograms(listPrograms(plan), plan.settings);
  return await startPlanned(plan, {
    onDescription: (description) => print(describeRun(description)),
    onProgress: print,
  });
}

/** Which of two services an ID belongs to only they can say, whatever backend they are; that of our own stack takes any. */
async function startPlanned(plan: StackPlan, listener?: StartListener): Promise<JoinedRun> {
  const { stack, backend, settings } = plan;
  const isAsked = backend === 'cloud' || (stack === 'external' && findSharedIds(settings.cloud).length > 0);
  return await addChecked(settings, startRun(plan, listener), isAsked);
}

/** Grafana Cloud is checked while the stack starts: a login that it refuses is then known before the first question. */
async function addChecked(settings: Settings, starting: Promise<Joined>, isAsked: boolean): Promise<JoinedRun> {
  const [{ run, stack }, cloudState] = await Promise.all([starting, isAsked ? checkCloudForRun(settings) : undefined]);
  const joined: Run = { ...run, ...describePerson(settings), ...(cloudState && { cloudState }) };
  return { settings, run: joined, ...(stack && { stack }) };
}

/** What a run knows of the person's variables beside its stack. */
export function describePerson(settings: Settings): Pick<Run, 'secrets' | 'variableHomes' | 'misnamedVariables'> {
  const { findHome } = settings.inherited;
  return {
    secrets: listSecrets(settings),
    variableHomes: Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, findHome(name)])),
    misnamedVariables: settings.misnamed,
  };
}
