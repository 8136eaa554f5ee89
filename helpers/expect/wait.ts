import type { Finding } from '../diagnose/finding.ts';
import { hopelessness } from './hopeless.ts';
import type { Look } from './poll.ts';
import { poll } from './poll.ts';
import { run } from './run.ts';
import type { Telemetry } from './telemetry.ts';

/** A hosted backend is asked less often. */
const HOSTED_PAUSES = 10;

/** How the wait for telemetry ended: `fact` is one line for the verdict, `told` is all that a person needs, line by line. */
export type Waited<T> =
  | { readonly holds: true; readonly value: T; readonly fact: string }
  | { readonly holds: false; readonly told: readonly string[]; readonly finding: Finding | undefined };

/** Telemetry that a criterion has to start from did not come; `finding` is why, where the evidence shows it. */
export class TelemetryMissing extends Error {
  override readonly name = 'TelemetryMissing';
  readonly finding: Finding | undefined;
  constructor(told: readonly string[], finding: Finding | undefined) {
    super(told.join('\n'));
    this.finding = finding;
  }
}

/** Looks until `look` holds, its deadline has passed or looking on is in vain, and then says what was seen and why. */
export async function waitFor<T>(
  asked: Pick<Telemetry<unknown>, 'asked' | 'path' | 'deadline' | 'misplaced' | 'nearest'>,
  condition: string,
  look: () => Promise<Look<T>>,
): Promise<Waited<T>> {
  const outcome = await poll(look, asked.deadline, {
    slower: run.backend === 'mock' ? 1 : HOSTED_PAUSES,
    hopeless: hopelessness(asked),
  });
  const looked = `${outcome.looks} ${outcome.looks === 1 ? 'look' : 'looks'} in ${(outcome.elapsed / 1000).toFixed(1)} s`;
  if (outcome.holds && outcome.value !== undefined) {
    return { holds: true, value: outcome.value, fact: `${asked.asked} ${condition}: ${outcome.seen} (${looked})` };
  }
  const nearest = await asked.nearest().catch((error: unknown) => [String(error)]);
  const told = [
    `${asked.asked}: expected that it ${condition}`,
    `  last seen: ${outcome.seen}`,
    ...nearest.map((sentence) => `  nearest:   ${sentence}`),
    `  looked:    ${looked}`,
  ];
  const { diagnose } = await import('../diagnose/diagnose.ts');
  return { holds: false, told, finding: await diagnose(run, asked.path, asked.asked, nearest) };
}

/** The same, for what a criterion starts from: throws {@link TelemetryMissing} where it does not come. */
export async function waitOrThrow<T>(...wait: Parameters<typeof waitFor<T>>): Promise<T> {
  const waited = await waitFor(...wait);
  if (!waited.holds) throw new TelemetryMissing(waited.told, waited.finding);
  return waited.value;
}
