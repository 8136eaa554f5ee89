/**
 * `npm run bench`: the project's speed and memory on this machine, as figures. Nothing here passes or fails. Takes about four
 * minutes; it starts and ends a stack of its own repeat times, and leaves a warm stack that was there before alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureMock } from '../mock-cloud/bench/bench.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/part.ts';
import { ROOT, readSettings } from '../settings/settings.ts';
import { chooseStack } from '../stack/choose.ts';
import { measureNotice } from './bench-notice.ts';
import { runCommand } from './command.ts';

const RUNS = 3;
const SAMPLE_MS = 100;

/** Which of the run's programs a process is, by its command line. */
const PROGRAMS = {
  runner: 'helpers/cli/verify.ts',
  mock: 'helpers/mock-cloud/main.ts',
  'embedded Alloy': 'helpers/embedded-alloy/cli/main.ts',
};
type Program = keyof typeof PROGRAMS;
type Figures = {
  readonly seconds: number;
  readonly exit: number | null;
  readonly peakMiB: Readonly<Record<Program, number>>;
};

const usage = `npm run bench

Measures the project's speed and memory on this machine. It takes about four minutes.`;

await runCommand({ usage }, async () => {
  print(
    'mock Grafana Cloud',
    Object.entries(await measureMock()).map(([name, value]) => `${name} ${value}`),
  );
  print('from the arrival of a trace in the backend to its criterion', await measureNotice());
  await measureStack('native', { STACK: 'native', ALLOY: 'embedded' });
  const noContainers = await explainNoContainers();
  if (noContainers === undefined) await measureStack('containers', { STACK: 'containers' });
  else print('npm run verify, containers', [`not measured: ${noContainers}`]);
  return 0;
});

async function measureStack(stack: string, environment: Record<string, string>): Promise<void> {
  print(`npm run verify, ${stack}, cold`, (await repeat(() => verify(environment))).map(formatFigures));
  if ((await command(['run', '-s', 'stack:up'], environment)).exit !== 0) return;
  try {
    print(`npm run verify, ${stack}, warm`, (await repeat(() => verify(environment))).map(formatFigures));
  } finally {
    await command(['run', '-s', 'stack:down'], {});
  }
}

/** Pulling an image would be measured with the rest: they have to be there. */
async function explainNoContainers(): Promise<string | undefined> {
  try {
    const settings = readSettings();
    const plan = await chooseStack({ ...settings, stack: 'containers' }, partsInOrder, { reuse: false });
    if (plan.stack !== 'containers') return plan.because;
    const missing = [...plan.images.values()].find((look) => !('found' in look));
    return missing && `the engine does not have the image ${missing.wanted}`;
  } catch (error) {
    if (error instanceof CannotRun) return error.message;
    throw error;
  }
}

function print(title: string, lines: readonly string[]): void {
  process.stdout.write(`${title}\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

async function repeat<T>(measure: () => Promise<T>): Promise<T[]> {
  const figures: T[] = [];
  for (let run = 0; run < RUNS; run++) figures.push(await measure());
  return figures;
}

function verify(environment: Record<string, string>): Promise<Figures> {
  return command(['run', '-s', 'verify'], environment);
}

async function command(args: readonly string[], environment: Record<string, string>): Promise<Figures> {
  const started = performance.now();
  const child = spawn('npm', args, { cwd: ROOT, env: readSettings().inherited.extend(environment), stdio: 'ignore' });
  const peakMiB = { runner: 0, mock: 0, 'embedded Alloy': 0 };
  const sampling = setInterval(() => notePeaks(peakMiB), SAMPLE_MS);
  const [exit] = (await once(child, 'exit')) as [number | null];
  clearInterval(sampling);
  return { seconds: (performance.now() - started) / 1000, exit, peakMiB };
}

function notePeaks(peaks: Record<Program, number>): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const commandLine = readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
      for (const [program, file] of Object.entries(PROGRAMS) as [Program, string][]) {
        if (!commandLine.includes(file) || commandLine.includes('/setup/bootstrap.mjs')) continue;
        const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(join('/proc', pid, 'status'), 'utf8'));
        peaks[program] = Math.max(peaks[program], Math.round(Number(peak?.[1] ?? 0) / 1024));
      }
    } catch {
      // The process has ended in the meantime.
    }
  }
}

function formatFigures({ seconds, exit, peakMiB }: Figures): string {
  const { runner, mock, 'embedded Alloy': alloy } = peakMiB;
  const memory = `${runner} + ${mock} + ${alloy} = ${runner + mock + alloy} MiB`;
  return `${seconds.toFixed(1)} s, exit ${exit}, peak of runner + mock + embedded Alloy ${memory}`;
}
