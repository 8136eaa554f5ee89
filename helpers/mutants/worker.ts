// A process with a stack of its own, which runs the mutants that it is sent, one at a time, and sends back what came of each.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { selectCriteria } from '../cli/select-criteria.ts';
import { CannotRun } from '../run/cannot-run.ts';
import type { Part } from '../run/part.ts';
import { readPhases } from '../run/read-phases.ts';
import { ROOT } from '../settings/settings.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { mutants } from './catalog/catalog.ts';
import { runCold } from './cold-stack.ts';
import { type Outcome, readOutcome } from './judge.ts';
import type { Mutant } from './mutant.ts';
import { startWarmStack, type WarmStack } from './warm-stack.ts';

/** What the pool asks for: the mutant with this ID, on a stack that has at least these parts. */
export type Order = { readonly id: string; readonly parts: readonly Part[] };

const [, , directory = ''] = process.argv;
mkdirSync(join(directory, 'cold'));
const configuration = readFileSync(join(ROOT, 'grafana-alloy', 'config.alloy'), 'utf8');
const phases = readPhases();
let warm: Promise<WarmStack> | undefined;

process.on('message', ({ id, parts }: Order) => {
  void runMutant(id, parts).then((outcome) => process.send?.(outcome));
});
// Ctrl-C ends the pool, and its end is what ends this.
process.on('SIGINT', () => {});
process.once('disconnect', () => {
  void (warm ?? Promise.resolve(undefined)).then((stack) => stack?.stop()).finally(() => process.exit(0));
});

async function runMutant(id: string, parts: readonly Part[]): Promise<Outcome> {
  const mutant = mutants.find((one) => one.id === id);
  if (mutant === undefined) throw new TypeError(`there is no mutant ${id}`);
  const isWarm = mutant.breaks.variables === undefined;
  let began = performance.now();
  const finish = (outcome: Partial<Outcome>): Outcome => ({
    id,
    failed: [],
    passed: 0,
    ...outcome,
    seconds: (performance.now() - began) / 1000,
  });
  try {
    if (isWarm) {
      warm ??= startWarmStack(parts, directory, configuration);
      await warm;
      began = performance.now();
    }
    return finish(await runOn(mutant));
  } catch (error) {
    const isRefusal = error instanceof CannotRun || error instanceof SettingsError;
    // Only a run that a person makes can refuse; on a warm stack something is wrong with the mutant or the runner.
    if (isRefusal && !isWarm) return finish({ refused: { cause: error.message, fix: error.fix } });
    // Nobody knows what it is like now.
    const broken = warm;
    warm = undefined;
    await broken?.then((stack) => stack.stop()).catch(() => {});
    return finish({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

async function runOn(mutant: Mutant): Promise<Partial<Outcome>> {
  const chosen = selectCriteria(phases, mutant.run);
  const verdict =
    mutant.breaks.variables === undefined
      ? await (await warm)?.run(mutant, chosen)
      : await runCold(mutant, chosen, directory, configuration);
  if (verdict === undefined) throw new TypeError('the warm stack has been started');
  return readOutcome(verdict);
}
