/** `npm run smoke`: checks a stack that runs already, before a deploy. Exit 0 all is well, 1 something is wrong, 2 it could not be told. */
import { computeScrapeDeadline, computeSearchDeadline, computeUsualSearchLag } from '../expect/deadlines.ts';
import { describeRun, formatProblems } from '../report/terminal.ts';
import { forgetVerdict, readExitCode } from '../report/verdict.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/part.ts';
import { readPhases } from '../run/read-phases.ts';
import type { Run } from '../run/run.ts';
import { formatUnused } from '../settings/format-unused.ts';
import { readSmokeSettings, type Settings } from '../settings/settings.ts';
import { describeUnusedVariables } from '../settings/unused-variables.ts';
import { runCommand } from './command.ts';
import { joinRun } from './shared-run.ts';

const usage = `npm run smoke [-- --json --timeout SECONDS]

Checks the stack whose Alloy is at ALLOY_URL, before a deploy or after: it starts and stops nothing, and writes nothing but
marked telemetry of its own. The environment or .env has ALLOY_URL, such as http://127.0.0.1:12345, and the GRAFANA_CLOUD_*
variables; without ALLOY_URL, and unless STACK=external, it checks the stack that \`npm run stack:up\` has left running. What can't be checked from outside is left out, with the reason in reports/verdict.json.
--json     prints the verdict instead
--timeout  how long a criterion may wait at most; it is refused where that is less than telemetry takes on this stack
Exit code 0: all is well; 1: something is wrong, a line for each problem; 2: it could not be told.`;

/** A person would think that it hangs. */
const NOTABLE_MS = 15_000;

await runCommand({ usage, flags: ['json'], values: ['timeout'] }, async ({ flags, values }) => {
  const isJson = flags.has('json');
  const maxWait = readTimeout(values.get('timeout'));
  forgetVerdict();
  const settings = readSmokeSettings();
  const print = (line: string) => void (isJson ? process.stderr : process.stdout).write(`${line}\n`);
  const onRun = (run: Run) => {
    refuseShort(run, maxWait);
    const isWarm = run.stack !== 'external';
    print(describeRun({ ...run, warm: isWarm }));
    if (isWarm)
      print(`ALLOY_URL is not set: this is the stack of \`npm run stack:up\`, with Alloy at ${run.alloy.url}`);
    for (const line of listUnused(run, settings)) print(line);
    announce(run, print);
  };
  const [{ runCriteria }, { leave }] = await Promise.all([
    import('./run-criteria.ts'),
    joinRun(readPhases(), { isVerify: true, smoke: { settings, maxWait, onRun } }),
  ]);
  const verdict = await runCriteria();
  await leave();
  if (verdict === undefined) throw new CannotRun('the check ended without a verdict.', 'run it again.');
  process.stdout.write(`${isJson ? JSON.stringify(verdict) : formatProblems(verdict)}\n`);
  return readExitCode(verdict);
});

/** What is set and has no part in this check. */
function listUnused(run: Run, settings: Settings): string[] {
  const { stack, backend, madeUpVariables } = run;
  const { STACK: wanted } = settings.inherited.pick(['STACK']);
  const stated = wanted && wanted !== settings.stack ? ['STACK'] : [];
  // Alloy writes to a gateway where nobody has said where it writes to.
  const hasGateway = backend === 'lgtm' && madeUpVariables.length > 0;
  return [
    ...formatUnused([['ALLOY_URL names a stack that runs already', stated]]),
    ...describeUnusedVariables(settings, { stack, backend, hasGateway, needs: partsInOrder }),
  ];
}

function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (seconds > 0) return seconds * 1000;
  throw new CannotRun(`--timeout ${text} is not a number of seconds above 0.`, 'give it as in --timeout 60.');
}

/** How long telemetry takes on this stack where all is well: P4.3 searches for the trace of its request. */
function computeUsual(run: Run): number {
  const { scrape, remoteWriteDeadline, otlpBatch } = run.intervals;
  return Math.max(scrape + remoteWriteDeadline, otlpBatch + (searches(run) ? computeUsualSearchLag(run) : 0));
}

/** Every other criterion of a smoke check looks its traces up by ID. */
function searches({ api }: Run): boolean {
  return api !== undefined;
}

/** A criterion that could not hold yet has not failed. */
function refuseShort(run: Run, maxWait: number | undefined): void {
  const needed = computeUsual(run) + 5000;
  if (maxWait === undefined || maxWait >= needed) return;
  const seconds = Math.ceil(needed / 1000);
  throw new CannotRun(
    `--timeout ${maxWait / 1000} is less than telemetry takes on this stack: up to ${seconds} s, with ${listReasons(run)}.`,
    `give it ${seconds} or more, or leave it out.`,
  );
}

function announce(run: Run, print: (line: string) => void): void {
  const usual = computeUsual(run);
  if (usual < NOTABLE_MS) return;
  const longest = Math.max(computeScrapeDeadline(run), searches(run) ? computeSearchDeadline(run) : 0);
  const [soon, late] = [usual, longest].map((ms) => Math.ceil(ms / 1000));
  print(`With ${listReasons(run)} it takes up to ${soon} s, or ${late} s where something is missing`);
}

/** What it takes its time for. */
function listReasons(run: Run): string {
  const scrape = `a scrape every ${run.intervals.scrape / 1000} s`;
  const lag = searches(run) ? computeUsualSearchLag(run) : 0;
  return lag === 0 ? scrape : `${scrape} and a search for traces (P4.3) that may lag by ${lag / 1000} s`;
}
