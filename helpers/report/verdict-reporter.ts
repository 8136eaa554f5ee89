import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { Finding } from '../diagnose/finding.ts';
import type { DeclaredCriterion, DeclaredPhase } from '../run/phases.ts';
import type { Run } from '../run/run.ts';
import { printSummary } from './terminal.ts';
import type { CriterionVerdict, PhaseVerdict, Verdict } from './verdict.ts';
import { forgetVerdict, statusOf, writeVerdict } from './verdict.ts';

/** Turns a vitest run of phase specs into a verdict, writes it and, for `verify`, prints it. Other tests leave it alone. */
export function verdictReporter(options: { readonly print: boolean }): Reporter {
  let started = 0;
  return {
    onTestRunStart() {
      started = performance.now();
    },
    onTestRunEnd(modules, _errors, reason) {
      const phaseModules = modules.filter(
        ({ project }) => project.name === 'criteria' || project.name?.startsWith('outages'),
      );
      const { run, phases } = phaseModules[0]?.project.getProvidedContext() ?? {};
      if (run === undefined || phases === undefined) return;
      const verdict = verdictOf(run, phases, phaseModules, performance.now() - started, reason === 'interrupted');
      forgetVerdict();
      writeVerdict(verdict);
      if (options.print) printSummary(verdict, run);
    },
  };
}

function verdictOf(
  run: Run,
  phases: readonly DeclaredPhase[],
  modules: readonly TestModule[],
  elapsed: number,
  interrupted: boolean,
): Verdict {
  const tests = new Map(
    modules.flatMap(({ children }) =>
      [...children.allTests()].map((test) => [test.name.split(' ', 1)[0] ?? '', test] as const),
    ),
  );
  const broken = modules.flatMap((module) => module.errors().map(({ message }) => message));
  return {
    schema: 1,
    startedAt: new Date(run.startedAt).toISOString(),
    durationMs: Date.now() - run.startedAt,
    stack: run.stack,
    alloy: { kind: run.alloy.kind, version: run.alloy.version },
    backend: run.backend,
    ...(run.standIns !== undefined && { standIns: run.standIns }),
    timings: { ...run.timings, criteria: Math.round(elapsed - (run.timings.stack ?? 0)) },
    phases: phases.map((phase) => phaseVerdict(phase, tests, broken, interrupted)),
  };
}

function phaseVerdict(
  { id, title, criteria: declared }: DeclaredPhase,
  tests: ReadonlyMap<string, TestCase>,
  broken: readonly string[],
  interrupted: boolean,
): PhaseVerdict {
  const spans = declared.map((criterion) => tests.get(criterion.id)?.diagnostic()).filter((span) => span !== undefined);
  const from = Math.min(...spans.map(({ startTime }) => startTime));
  const until = Math.max(...spans.map(({ startTime, duration }) => startTime + duration));
  const criteria = declared.map((criterion) =>
    criterionVerdict(criterion, tests.get(criterion.id), broken, interrupted),
  );
  return {
    id,
    title,
    status: statusOf(criteria),
    durationMs: spans.length === 0 ? 0 : Math.round(until - from),
    criteria,
  };
}

function criterionVerdict(
  { id, title }: DeclaredCriterion,
  test: TestCase | undefined,
  broken: readonly string[],
  interrupted: boolean,
): CriterionVerdict {
  const { evidence = [], cause, fix } = test?.meta() ?? {};
  const durationMs = Math.round(test?.diagnostic()?.duration ?? 0);
  const result = test?.result();
  const told = { id, title, durationMs, evidence };
  if (result?.state === 'passed') return { ...told, status: 'passed' };
  if (result?.state === 'skipped')
    return { ...told, status: 'skipped', cause: result.note ?? 'not selected for this run' };
  if (result?.state === 'failed') {
    const messages = result.errors.map(({ message }) => message);
    const thrown = result.errors.map(({ finding }) => finding as Finding | undefined).find((finding) => finding);
    const first = messages[0]?.split('\n')[0] ?? 'it failed without a word';
    const advice = fix ?? thrown?.fix;
    return {
      ...told,
      status: 'failed',
      evidence: cause === undefined ? [...new Set([...evidence, ...messages])] : evidence,
      cause: cause ?? thrown?.cause ?? first,
      ...(advice !== undefined && { fix: advice }),
    };
  }
  if (interrupted) return { ...told, status: 'skipped', cause: 'the run was interrupted before it' };
  return { ...told, status: 'failed', cause: broken[0] ?? 'it did not run' };
}
