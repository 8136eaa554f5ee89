import { CriterionFailed } from '../findings/criterion-failed.ts';
import type { Evidence } from '../findings/evidence.ts';
import { run } from './run.ts';
import { type JudgedTask, record } from './task.ts';

/**
 * Ends a criterion that failed: records the evidence and the finding in its task, where the reporter reads them, and returns
 * the error to throw. Whatever a criterion throws passes here once: what a matcher found, or any other error as its message.
 */
export async function conclude(task: JudgedTask, error: unknown): Promise<CriterionFailed> {
  const { evidence, finding: known } = error instanceof CriterionFailed ? error : readError(error);
  if (evidence !== undefined) record(task, evidence);
  const finding = known ?? (evidence && (await findCause(task, evidence)));
  if (finding !== undefined) task.meta.finding = finding;
  const failure = new CriterionFailed(
    evidence,
    finding,
    error instanceof CriterionFailed ? undefined : { cause: error },
  );
  failure.stack = [`${failure.name}: ${failure.message}`, ...listFrames(error)].join('\n');
  return failure;
}

const HERE = import.meta.dirname;

/** Where it happened, below the helpers: a person looks for the line of the criterion. */
function listFrames(error: unknown): string[] {
  const frames = error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
  return frames.filter((line) => /^\s+at /.test(line) && !line.includes(HERE));
}

function readError(error: unknown): { evidence: Evidence; finding?: undefined } {
  return { evidence: { kind: 'error', message: error instanceof Error ? error.message : String(error) } };
}

async function findCause({ meta: { needs = [], takenAway = [] } }: JudgedTask, evidence: Evidence) {
  // Loaded only where something fails.
  const { diagnose } = await import('../diagnose/diagnose.ts');
  return await diagnose(run, { evidence, needs, takenAway });
}
