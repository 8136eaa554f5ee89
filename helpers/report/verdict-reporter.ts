import type { SerializedError } from 'vitest';
import type { Reporter, TestModule, TestSuite } from 'vitest/node';
import type { DeclaredPhase } from '../run/phases.ts';
import type { Run, SentCounts } from '../run/run.ts';
import { ROOT } from '../settings/settings.ts';
import { composeVerdict, type FinishedRun, type FinishedTest } from './compose-verdict.ts';
import { formatSummary } from './terminal.ts';
import { forgetVerdict, readExitCode, VERDICT_FILE, type Verdict, writeVerdict } from './verdict.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The spec that can't be loaded, and why: of a test that stands for it. */
    loadError?: { readonly file: string; readonly message: string };
  }
}

type Options = {
  readonly print: boolean;
  /** Asks Alloy what it has sent in the run. */
  readonly countSent?: (run: Run) => Promise<SentCounts | undefined>;
  /** Sends the run's own telemetry, and returns the verdict with what that has added to it. */
  readonly sendTelemetry?: (verdict: Verdict, finished: FinishedRun) => Promise<Verdict>;
  /** Called with the verdict when it is written. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** Where the verdict is written, {@link VERDICT_FILE} by default. */
  readonly file?: string;
};

/** Writes the verdict of a vitest run of phase specs, and prints it for `verify`. It ignores all other tests. */
export function verdictReporter({
  print,
  countSent,
  sendTelemetry,
  onVerdict,
  file = VERDICT_FILE,
}: Options): Reporter {
  return {
    async onTestRunEnd(modules, unhandled, reason) {
      const phaseModules = modules.filter(
        ({ project: { name } }) => name === 'criteria' || name?.startsWith('outages'),
      );
      const { run, phases } = phaseModules[0]?.project.getProvidedContext() ?? {};
      if (run === undefined || phases === undefined) return;
      const sent = await countSent?.(run);
      const finished: FinishedRun = {
        run,
        phases,
        tests: phaseModules.flatMap(readTests),
        loadErrors: readLoadErrors(phaseModules, phases),
        otherErrors: [
          ...unhandled.filter((error) => isOf(error, phaseModules)).map(describeError),
          ...phaseModules.flatMap((module) => readOtherErrors(module, phases)),
        ],
        isInterrupted: reason === 'interrupted',
        ...(sent !== undefined && { sent }),
      };
      const judged = composeVerdict(finished);
      forgetVerdict(file);
      // It is there whatever happens while telemetry is sent.
      writeVerdict(judged, file);
      const verdict = (await sendTelemetry?.(judged, finished)) ?? judged;
      if (verdict !== judged) writeVerdict(verdict, file);
      onVerdict?.(verdict);
      // A declared criterion that did not run is no test that failed.
      if (readExitCode(verdict) === 1) process.exitCode = 1;
      if (print) process.stdout.write(`${formatSummary(verdict)}\n`);
    },
  };
}

function readTests({ children }: TestModule): FinishedTest[] {
  return [...children.allTests()].map((test) => {
    const result = test.result();
    const { evidence = [], finding } = test.meta();
    const { startTime = 0, duration = 0 } = test.diagnostic() ?? {};
    return {
      id: readId(test.name),
      state: result.state,
      ...(result.state === 'skipped' && result.note !== undefined && { note: result.note }),
      evidence,
      ...(finding !== undefined && { finding }),
      startTime,
      duration,
    };
  });
}

/** The ID of the criterion that a test of this name would be: `P2.1` of `P2.1 pg_up is 1`. */
function readId(name: string): string {
  return name.split(' ', 1)[0] ?? '';
}

/**
 * The specs that can't be loaded, by their files. A module that holds all phases is loaded as a whole or not at all: the stack
 * of its error shows which spec is to blame.
 */
function readLoadErrors(modules: readonly TestModule[], phases: readonly DeclaredPhase[]): Map<string, string> {
  const errors = new Map<string, string>();
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { loadError } = test.meta();
      if (loadError !== undefined) errors.set(loadError.file, loadError.message);
    }
    const [error] = module.errors();
    if (error === undefined) continue;
    const blamed = phases.find(({ file }) => error.stack?.includes(`${file}?`) || error.stack?.includes(`${file}:`));
    errors.set(blamed?.file ?? module.moduleId, error.message);
  }
  return errors;
}

/** What failed in a module beside its criteria: what surrounds them, and tests that are none. */
function readOtherErrors({ children }: TestModule, phases: readonly DeclaredPhase[]): string[] {
  const ids = phases.flatMap(({ criteria }) => criteria.map(({ id }) => id));
  const suites: TestSuite[] = [...children.allSuites()];
  const strangers = [...children.allTests('failed')].filter(({ name }) => !ids.includes(readId(name)));
  return [
    ...suites.flatMap((suite) => suite.errors().map((error) => `${suite.name}: ${error.message}`)),
    ...strangers.map(({ name }) => `a test failed that is no criterion of a phase: ${name}`),
  ];
}

/** Whether an error comes from one of these modules, as far as vitest knows where it comes from. */
function isOf({ VITEST_TEST_PATH: path }: SerializedError, modules: readonly TestModule[]): boolean {
  return typeof path !== 'string' || modules.some(({ moduleId }) => moduleId === path);
}

/** The message, and the place in the project that it comes from. */
function describeError({ message, stack = '' }: SerializedError): string {
  const frame = stack.split('\n').find((line) => line.includes(`${ROOT}/`) && !line.includes('/node_modules/')) ?? '';
  const [, file, line] = /([^\s()?]+\.\w+)(?:\?\w+)?:(\d+)/.exec(frame.split(`${ROOT}/`)[1] ?? '') ?? [];
  return file === undefined ? message : `${message} (${file}:${line})`;
}
