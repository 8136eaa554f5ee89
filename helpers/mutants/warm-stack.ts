import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describePerson } from '../cli/shared-run.ts';
import type { Verdict } from '../report/verdict.ts';
import { isServicePart, type Part } from '../run/part.ts';
import type { DeclaredPhase } from '../run/phases.ts';
import type { Run } from '../run/run.ts';
import type { EnvironmentChange, Stack } from '../run/stack.ts';
import { aimAtMock } from '../settings/alloy-environment.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { chooseStack } from '../stack/choose.ts';
import { readConfiguration, SERIES_MARK } from '../stack/configuration.ts';
import { startRun } from '../stack/start.ts';
import { breakPart } from './break-part.ts';
import { readCleanEnvironment } from './clean-environment.ts';
import { applyEdits } from './edit.ts';
import { startFaultyGateway } from './faulty-gateway.ts';
import type { Change, Mutant } from './mutant.ts';
import { runPhases } from './run-phases.ts';

/** A stack that stays up while mutants break it one after the other. */
export type WarmStack = {
  /** Breaks it, runs these criteria, and makes it whole again. Throws `EditRefused`, and where it can't be made whole. */
  readonly run: (mutant: Mutant, phases: readonly DeclaredPhase[]) => Promise<Verdict>;
  readonly stop: () => Promise<void>;
};

/** Longer than any part takes on a busy machine; one that will never be ready is what the criteria are to find. */
const MAX_READY_MS = 10_000;
/** A service that answers has connected to all that it can within that time. */
const MAX_UNHEALTHY_MS = 3000;

/** Starts these parts, with a configuration of their own in the directory. Throws `CannotRun`. */
export async function startWarmStack(
  parts: readonly Part[],
  directory: string,
  configuration: string,
): Promise<WarmStack> {
  const file = join(directory, 'config.alloy');
  await writeFile(file, configuration);
  const settings = readSettings({ ...readCleanEnvironment(), ALLOY_CONFIG: file });
  const plan = await chooseStack(settings, parts, { reuse: false });
  const { run, stack } = await startRun(plan, {}, { reuse: false });
  if (stack?.change === undefined) throw new TypeError('a native stack can be changed');
  const whole = { ...run, ...describePerson(settings) };
  return {
    run: (mutant, phases) => runBroken(mutant, phases, { settings, whole, stack, file, configuration }),
    stop: stack.stop,
  };
}

type Whole = {
  readonly settings: Settings;
  readonly whole: Run;
  readonly stack: Stack;
  readonly file: string;
  readonly configuration: string;
};

async function runBroken(
  { id, breaks }: Mutant,
  phases: readonly DeclaredPhase[],
  { settings, whole, stack, file, configuration }: Whole,
): Promise<Verdict> {
  await using undo = new AsyncDisposableStack();
  await writeFile(file, applyEdits(configuration, breaks.configuration ?? []));
  const run = await describeRun(whole, file, breaks.backend, undo);
  const services = Object.entries(breaks.services ?? {}).map(
    ([part, change]) => [part as Part, resolve(change, whole)] as const,
  );
  if (services.length > 0) {
    // They say once, at their start, what they send: that has to arrive for the mutants after this one.
    undo.defer(async () => {
      await writeFile(file, configuration);
      await changeParts(stack, [['alloy', {}]]);
      await changeParts(
        stack,
        services.map(([part]) => [part, {}]),
      );
    });
  }
  for (const one of breaks.parts ?? []) undo.defer(await breakPart(one, stack, whole));
  // The Alloy of a whole stack is started again, too: what it counted and logged before is not of this run.
  await changeParts(stack, [['alloy', { ...listAlloyVariables(run, whole), ...resolve(breaks.alloy ?? {}, whole) }]]);
  await changeParts(stack, services);
  const startedAt = Date.now();
  return await runPhases(id, { settings, run: { ...run, startedAt }, stack }, phases);
}

/** The run on the broken stack: all that it knows leads through the faulty gateway, where there is one. */
async function describeRun(
  whole: Run,
  file: string,
  fault: Mutant['breaks']['backend'],
  undo: AsyncDisposableStack,
): Promise<Run> {
  const id = randomBytes(6).toString('hex');
  const { seriesMark: _, ...unmarked } = whole;
  const run: Run = {
    ...unmarked,
    id,
    timings: {},
    ...(readConfiguration(file).marksSeries && { seriesMark: { [SERIES_MARK.label]: id } }),
  };
  const { mockUrl } = whole;
  if (fault === undefined || mockUrl === undefined) return run;
  const gateway = await startFaultyGateway(mockUrl, fault);
  undo.defer(gateway.close);
  return {
    ...run,
    variables: aimAtMock(run.variables, gateway.url),
    mockUrl: gateway.url,
    access: {
      prometheus: lead(run.access.prometheus, gateway.url),
      tempo: lead(run.access.tempo, gateway.url),
      loki: lead(run.access.loki, gateway.url),
    },
  };
}

function lead<Access extends { readonly url: string }>(access: Access, origin: string): Access {
  return { ...access, url: origin + new URL(access.url).pathname.replace(/\/$/, '') };
}

function listAlloyVariables({ id, variables, mockUrl }: Run, whole: Run): EnvironmentChange {
  return { [SERIES_MARK.variable]: id, ...(mockUrl !== whole.mockUrl && variables) };
}

function resolve(change: Change, run: Run): EnvironmentChange {
  return typeof change === 'function' ? change(run) : change;
}

/** Starts parts again side by side, and waits until they are ready, or will not be. */
async function changeParts(stack: Stack, changes: readonly (readonly [Part, EnvironmentChange])[]): Promise<void> {
  await Promise.all(
    changes.map(async ([part, environment]) => {
      await stack.change?.(part, environment);
      const began = performance.now();
      for (;;) {
        const error = await stack.check(part).then(
          () => undefined,
          (reason: Error) => reason.message,
        );
        const waited = performance.now() - began;
        // A service that ends or stays unhealthy, or an Alloy that refuses its configuration, is what the criteria are to find.
        const limit = error !== undefined && /answers 503/.test(error) ? MAX_UNHEALTHY_MS : MAX_READY_MS;
        if (error === undefined || waited > limit || hasEnded(stack, part)) return;
        await delay(25);
      }
    }),
  );
}

/** What the last lines of a part say that has ended. */
function hasEnded(stack: Stack, part: Part): boolean {
  const last = stack.readLogTail(part, 5).join('\n');
  return part === 'alloy'
    ? /^Error: /m.test(last)
    : isServicePart(part) && /uncaught exception|can't start|^Node\.js v/m.test(last);
}
