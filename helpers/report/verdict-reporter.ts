import type { Reporter, TestModule } from 'vitest/node';
import type { Run, SentCounts } from '../run/run.ts';
import { composeVerdict, type FinishedTest } from './compose-verdict.ts';
import { formatSummary } from './terminal.ts';
import { countStatuses, forgetVerdict, VERDICT_FILE, type Verdict, writeVerdict } from './verdict.ts';

type Options = {
  readonly print: boolean;
  /** Asks Alloy what it has sent in the run. */
  readonly countSent?: (run: Run) => Promise<SentCounts | undefined>;
  /** Called with the verdict when it is written. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** Where the verdict is written, {@link VERDICT_FILE} by default. */
  readonly file?: string;
};

/** Writes the verdict of a vitest run of phase specs, and prints it for `verify`. It ignores all other tests. */
export function verdictReporter({ print, countSent, onVerdict, file = VERDICT_FILE }: Options): Reporter {
  return {
    async onTestRunEnd(modules, _errors, reason) {
      const phaseModules = modules.filter(
        ({ project: { name } }) => name === 'criteria' || name?.startsWith('outages'),
      );
      const { run, phases } = phaseModules[0]?.project.getProvidedContext() ?? {};
      if (run === undefined || phases === undefined) return;
      const sent = await countSent?.(run);
      const verdict = composeVerdict({
        run,
        phases,
        tests: phaseModules.flatMap(readTests),
        loadErrors: phaseModules.flatMap((module) => module.errors().map(({ message }) => message)),
        isInterrupted: reason === 'interrupted',
        ...(sent !== undefined && { sent }),
      });
      forgetVerdict(file);
      writeVerdict(verdict, file);
      onVerdict?.(verdict);
      // A declared criterion that did not run is no test that failed.
      if (countStatuses(verdict).failed > 0) process.exitCode = 1;
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
      id: test.name.split(' ', 1)[0] ?? '',
      state: result.state,
      ...(result.state === 'skipped' && result.note !== undefined && { note: result.note }),
      evidence,
      ...(finding !== undefined && { finding }),
      startTime,
      duration,
    };
  });
}
