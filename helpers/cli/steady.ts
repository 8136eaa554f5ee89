/** `npm run steady [-- 50]`: whether the suite passes every time, on a machine that is busy. Exit 0 all runs pass, 1 not, 2 it can't be told. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forgetVerdict, VERDICT_FILE, type Verdict } from '../report/verdict.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/part.ts';
import { ROOT, readSettings, type Settings } from '../settings/settings.ts';
import { installPrograms } from '../setup/packages.ts';
import { chooseStack } from '../stack/choose.ts';
import { listPrograms } from '../stack/native/required-programs.ts';
import { describeRun, describeSummary } from '../steady/describe.ts';
import { startStress } from '../steady/stress.ts';
import { hasPassed, type SteadyRun, summarize } from '../steady/summarize.ts';
import { runCommand } from './command.ts';

const DEFAULT_RUNS = 10;
const STEADY_FILE = join(ROOT, 'reports', 'steady.json');
const STEADY_DIRECTORY = join(ROOT, 'reports', 'steady');
const verify = fileURLToPath(new URL('verify.ts', import.meta.url));

const usage = `npm run steady [-- RUNS] [--no-stress]

Verifies all criteria RUNS times (${DEFAULT_RUNS}), each on a native stack of its own, while programs of this project keep every core,
a part of the memory and the disk busy; with --no-stress without these. Prints for each run, and over all, whether it passed, the
slowest criterion, and the criterion that came closest to its deadline. Writes reports/steady.json, with this for each criterion,
and the verdicts of runs that did not pass to reports/steady. Ctrl-C ends it, and the stress with it.
Exit code 0: all runs passed; 1: one did not; 2: it could not be run.`;

await runCommand({ usage, takesNames: true, flags: ['no-stress'] }, async ({ names, flags }) => {
  const runs = readRuns(names);
  const settings = readSettings();
  const plan = await chooseStack({ ...settings, stack: 'native' }, partsInOrder, { reuse: false });
  if (plan.stack === 'native') await installPrograms(listPrograms(plan), plan.settings);
  rmSync(STEADY_DIRECTORY, { recursive: true, force: true });
  await using stress = flags.has('no-stress') ? undefined : await startStress();
  const print = (lines: readonly string[]) => void process.stdout.write(`${lines.join('\n')}\n`);
  if (stress !== undefined) print([`stress: ${stress.workers.join(', ')}`]);
  const done: SteadyRun[] = [];
  for (let run = 1; run <= runs; run++) {
    const one = await runOnce(run, settings);
    done.push(one);
    print(describeRun(one, runs));
    if (!hasPassed(one)) keepVerdict(one);
    const summary = { schema: 1, stress: stress?.workers ?? [], ...summarize(done) };
    writeFileSync(STEADY_FILE, `${JSON.stringify(summary, null, 2)}\n`);
  }
  const summary = summarize(done);
  print(describeSummary(summary));
  return summary.passed === runs ? 0 : 1;
});

async function runOnce(run: number, settings: Settings): Promise<SteadyRun> {
  forgetVerdict();
  const began = performance.now();
  const child = spawn(process.execPath, [verify], {
    cwd: ROOT,
    env: settings.inherited.extend({ STACK: 'native' }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  const verdict = readVerdict();
  return { run, exitCode, seconds: (performance.now() - began) / 1000, ...(verdict && { verdict }) };
}

function readVerdict(): Verdict | undefined {
  try {
    return JSON.parse(readFileSync(VERDICT_FILE, 'utf8'));
  } catch {
    // It could not be run, and has said so.
    return undefined;
  }
}

function keepVerdict({ run, verdict }: SteadyRun): void {
  if (verdict === undefined) return;
  mkdirSync(STEADY_DIRECTORY, { recursive: true });
  copyFileSync(VERDICT_FILE, join(STEADY_DIRECTORY, `run-${run}.json`));
}

function readRuns([text, ...others]: readonly string[]): number {
  const runs = Number(text ?? DEFAULT_RUNS);
  if (Number.isInteger(runs) && runs > 0 && others.length === 0) return runs;
  throw new CannotRun('the number of runs is not one whole number above 0.', 'call it as in npm run steady -- 50.');
}
