import { inspect } from 'node:util';
import type { Diagnosis } from '../diagnose/diagnose.ts';
import { CriterionFailed, type HasCome } from '../findings/criterion-failed.ts';
import type { Evidence } from '../findings/evidence.ts';
import type { Finding } from '../findings/finding.ts';
import { readRefusal } from '../findings/read-refusal.ts';
import { ExportFailed } from '../otlp/failed-export.ts';
import { redact, redactAll } from '../run/redact.ts';
import { UnexpectedAnswer } from '../run/unexpected-answer.ts';
import { run } from './run.ts';
import { type JudgedTask, record } from './task.ts';

/**
 * Ends a failed criterion: records its evidence and finding in the task, where the reporter reads them, and returns the error
 * to throw. Everything that a criterion throws passes through here once.
 */
export async function conclude(task: JudgedTask, error: unknown): Promise<CriterionFailed> {
  const { evidence: found, finding: known, hasCome } = error instanceof CriterionFailed ? error : readError(error);
  const diagnosis =
    known === undefined && found !== undefined ? await findCause(task, found, hasCome) : { finding: known };
  const finding = redactAll(diagnosis.finding, run);
  const evidence = redactAll(found && addLead(found, diagnosis), run);
  if (evidence !== undefined) record(task, evidence);
  if (finding !== undefined) task.meta.finding = finding;
  const failure = new CriterionFailed(
    evidence,
    finding,
    error instanceof CriterionFailed ? undefined : { cause: redactError(error) },
  );
  failure.stack = [`${failure.name}: ${failure.message}`, ...listFrames(error)].join('\n');
  return failure;
}

function addLead(evidence: Evidence, { lead }: Diagnosis): Evidence {
  return evidence.kind === 'fact' || lead === undefined ? evidence : { ...evidence, lead };
}

/** vitest prints the cause of an error as well. */
function redactError(error: unknown): unknown {
  if (!(error instanceof Error)) return redactAll(error, run);
  // Of a DOMException, as an aborted request throws it, the message has no setter.
  Object.defineProperty(error, 'message', { value: redact(error.message, run), configurable: true, writable: true });
  if (error.stack !== undefined) error.stack = redact(error.stack, run);
  return error;
}

const HERE = import.meta.dirname;

/** The frames of an error outside of this folder: vitest then points at the line of the criterion. */
function listFrames(error: unknown): string[] {
  const frames = error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
  return frames.filter((line) => /^\s+at /.test(line) && !line.includes(HERE));
}

function readError(error: unknown): { evidence: Evidence; finding?: Finding; hasCome?: undefined } {
  const message = describeError(error);
  const evidence = {
    kind: 'error',
    message,
    ...(isTimeout(error) && ({ isTimeout: true } as const)),
    ...(error instanceof ExportFailed && { failed: error.failed }),
    ...(error instanceof UnexpectedAnswer && { answer: error.answer }),
  } as const;
  const refusal = readRefusal(error);
  // A fixture that was not taken is why a statement finds no table.
  const isEffect = refusal === undefined || (refusal.fault === 'schema' && run.incomplete?.postgres !== undefined);
  return isEffect ? { evidence } : { evidence, finding: { kind: 'source fails', ...refusal } };
}

/** Whether a client has waited for an answer for as long as it may. That of PostgreSQL says so in words only. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    error.name === 'TimeoutError' ||
    /TIMEOUT|ETIMEDOUT/.test(code) ||
    /^(?:timeout expired|timeout exceeded when trying to connect|Query read timeout|Command timed out|connect ETIMEDOUT)$/.test(
      error.message,
    )
  );
}

/** What was thrown, in words that are never empty. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${inspect(error)}, which is not an error`;
  if (error.message !== '') return error.message;
  // A connection that fails at each address of a host has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(describeError).join('; ');
  return `it threw ${error.name} with no message`;
}

async function findCause(
  { meta: { needs = [], takenAway = [] } }: JudgedTask,
  evidence: Evidence,
  hasCome: HasCome | undefined,
): Promise<Diagnosis> {
  // Loaded only if something fails.
  const { diagnose } = await import('../diagnose/diagnose.ts');
  return await diagnose(run, { evidence, needs, takenAway }, hasCome);
}
