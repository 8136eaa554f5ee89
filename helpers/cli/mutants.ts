/** `npm run mutants [-- c03 …]`: proves that the criteria catch what breaks and name the cause. Exit 0 proven, 1 not, 2 it can't be told. */
import { mutants } from '../mutants/catalog/catalog.ts';
import { readCleanEnvironment } from '../mutants/clean-environment.ts';
import { isProven, type Judged, judge } from '../mutants/judge.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { listNeeds, runPool } from '../mutants/pool.ts';
import { explain, formatLine, formatSummary, writeReport } from '../mutants/report.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { readSettings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { chooseStack } from '../stack/choose.ts';
import { listPrograms } from '../stack/native/required-programs.ts';
import { runCommand } from './command.ts';

const DEFAULT_STACKS = 4;

const usage = `npm run mutants [-- ID|PREFIX …] [--list] [--stacks N]

Breaks a native stack in one way after another, as a person would, and looks whether the criteria notice it and name the cause.
Runs all mutants, or those whose IDs are named or begin so (c12, env-), on N stacks side by side (${DEFAULT_STACKS}), and writes
reports/mutants.json, and the verdict of each to reports/mutants. --list shows them. ALLOY=binary uses a real Alloy.
Exit code 0: all are caught, no cause is wrong, no-ops are silent, and 95 % of the causes are right; 1: not so.`;

await runCommand({ usage, takesNames: true, flags: ['list'], values: ['stacks'] }, async ({ names, flags, values }) => {
  const chosen = names.length === 0 ? mutants : choose(names);
  if (flags.has('list')) {
    for (const { id, title, run } of chosen) process.stdout.write(`${id.padEnd(6)}  ${title}  (${run.join(' ')})\n`);
    return 0;
  }
  const plan = await chooseStack(readSettings(readCleanEnvironment()), listNeeds(chosen), { reuse: false });
  if (plan.stack === 'native') await installPrograms(listPrograms(plan), plan.settings);
  const began = performance.now();
  const judged: Judged[] = [];
  await runPool(chosen, readStacks(values.get('stacks')), (mutant, outcome) => {
    const one = judge(mutant, outcome);
    judged.push(one);
    const lines = [formatLine(one), ...explain(one).map((line) => `        ${line}`)];
    process.stdout.write(`${lines.join('\n')}\n`);
  });
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(`\n${formatSummary(judged, seconds)}\n`);
  writeReport(judged, seconds);
  return isProven(judged) ? 0 : 1;
});

function choose(names: readonly string[]): readonly Mutant[] {
  const unknown = names.filter((name) => !mutants.some(({ id }) => id.startsWith(name)));
  if (unknown.length > 0) {
    throw new CannotRun(`no mutant is called ${unknown.join(', ')}.`, 'see `npm run mutants -- --list`.');
  }
  return mutants.filter(({ id }) => names.some((name) => (isId(name) ? id === name : id.startsWith(name))));
}

function isId(name: string): boolean {
  return mutants.some(({ id }) => id === name);
}

function readStacks(text: string | undefined): number {
  const stacks = Number(text ?? DEFAULT_STACKS);
  if (Number.isInteger(stacks) && stacks > 0) return stacks;
  throw new CannotRun('--stacks is not a whole number above 0.', 'leave it out, or set it as in --stacks 2.');
}
