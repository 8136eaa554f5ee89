import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { keepPassed } from '../run/last-passed.ts';
import { type DeclaredPhase, orders } from '../run/phases.ts';
import type { Run, SentCounts } from '../run/run.ts';
import { ROOT } from '../settings/settings.ts';
import { composeVerdict, type FinishedRun, type FinishedTest, hasAllPassed } from './compose-verdict.ts';
import { forgetVerdict, readExitCode, VERDICT_FILE, type Verdict, writeVerdict } from './verdict.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The phase whose spec can't be loaded, and why: of a test that stands for it. */
    loadError?: { readonly phase: string; readonly message: string };
  }
}

type Options = {
  /** What is printed of the verdict, where it is not empty. */
  readonly print: (verdict: Verdict) => string;
  /** Asks Alloy what it has sent in the run. */
  readonly countSent?: (run: Run) => Promise<SentCounts | undefined>;
  /** Sends the run's own telemetry, and returns the verdict with what that has added to it. */
  readonly sendTelemetry?: (verdict: Verdict, finished: FinishedRun) => Promise<Verdict>;
  /** Called with the verdict when it is written. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** Where the verdict is written, {@link VERDICT_FILE} by default. */
  readonly file?: string;
};

/** Writes the verdict of a vitest run of phase specs, and prints of it what is wanted. It ignores all other tests. */
export function verdictReporter({
  print,
  countSent,
  sendTelemetry,
  onVerdict,
  file = VERDICT_FILE,
}: Options): Reporter {
  return {
    async onTestRunEnd(modules, unhandled, reason) {
      const phaseModules = modules.filter(({ project: { name } }) => orders.some((order) => order === name));
      const { run, phases } = phaseModules[0]?.project.getProvidedContext() ?? {};
      if (run === undefined || phases === undefined) return;
      const sent = await countSent?.(run);
      const finished: FinishedRun = {
        run,
        phases,
        tests: phaseModules.flatMap(readTests),
        unregistered: findUnregistered(phaseModules, phases),
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
      if (file === VERDICT_FILE && hasAllPassed(verdict)) await keepPassed(run);
      // A declared criterion that is not registered is no test that failed.
      if (readExitCode(verdict) === 1 || verdict.errors !== undefined) process.exitCode = 1;
      const text = print(verdict);
      if (text !== '') process.stdout.write(`${text}\n`);
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
      ...(result.state === 'skipped' && readReason(test, result.note)),
      evidence,
      ...(finding !== undefined && { finding }),
      ...(result.state === 'failed' && { error: result.errors[0]?.message ?? '' }),
      startTime,
      duration,
    };
  });
}

/** Why a test was skipped: that it called `skip`, with a reason or without one, or that a hook of a suite around it failed before any test there began. */
function readReason(test: TestCase, note: string | undefined): { note?: string } {
  if (note !== undefined && note.trim() !== '') return { note };
  for (let { parent } = test; parent.type === 'suite'; { parent } = parent) {
    const [error] = parent.errors();
    const hasBegun = [...parent.children.allTests()].some((other) => other.diagnostic() !== undefined);
    if (error !== undefined && !hasBegun) return { note: `its phase failed before it: ${error.message}` };
  }
  return test.options.mode === 'run' ? { note: 'it called skip without a reason' } : {};
}

/** The ID of the criterion that a test of this name would be: `P2.1` of `P2.1 pg_up is 1`. */
function readId(name: string): string {
  return name.split(' ', 1)[0] ?? '';
}

/** The IDs of the declared criteria that these modules have no test for. One that is no phase's own holds all phases. */
function findUnregistered(modules: readonly TestModule[], phases: readonly DeclaredPhase[]): string[] {
  return modules.flatMap(({ moduleId, project, children }) => {
    const registered = new Set([...children.allTests()].map(({ name }) => readId(name)));
    const own = phases.find(({ file }) => file === moduleId)?.criteria.filter(({ order }) => order === project.name);
    return (own ?? phases.flatMap(({ criteria }) => criteria)).map(({ id }) => id).filter((id) => !registered.has(id));
  });
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
      const spec = phases.find(({ id }) => id === loadError?.phase);
      if (loadError !== undefined && spec !== undefined) errors.set(spec.file, loadError.message);
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
  // That a suite has no test is an error of vitest's; the criteria that it lacks are told one by one.
  const suites: TestSuite[] = [...children.allSuites()].filter(({ children }) => !children.allTests().next().done);
  const strangers = [...children.allTests('failed')].filter(
    (test) => !ids.includes(readId(test.name)) && test.meta().loadError === undefined,
  );
  return [
    ...suites.flatMap((suite) => suite.errors().map((error) => `${suite.name}: ${describeError(error)}`)),
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
