import type { Verdict } from '../report/verdict.ts';
import type { Mutant } from './mutant.ts';

/** A failed criterion, with its cause and fix where they are named, and its evidence. */
export type Failed = {
  readonly id: string;
  readonly cause?: string;
  readonly fix?: string;
  readonly evidence?: string;
};

/** What came of a mutant's run. */
export type Outcome = {
  readonly id: string;
  readonly seconds: number;
  readonly failed: readonly Failed[];
  readonly passed: number;
  /** What went wrong outside of all criteria. */
  readonly errors?: readonly string[];
  /** Why the run refused to be made, which is a cause as well. */
  readonly refused?: { readonly cause: string; readonly fix: string };
  /** What went wrong with the mutant itself: nothing is known then. */
  readonly problem?: string;
};

/** How good a cause is: `right` names what to change, `vague` is true and doesn't; `-` where none is due. */
export type CauseGrade = 'right' | 'vague' | 'wrong' | 'none' | '-';

/** A mutant with what came of it. */
export type Judged = Outcome & {
  readonly title: string;
  readonly isNoOp: boolean;
  /** Whether the run noticed it; of a no-op, whether it was silent. */
  readonly isCaught: boolean;
  readonly grade: CauseGrade;
  /** The first cause that was named, with its fix. */
  readonly said?: string;
};

/** Reads the outcome of a run from its verdict. */
export function readOutcome({ phases, errors }: Verdict): Pick<Outcome, 'failed' | 'passed' | 'errors'> {
  const criteria = phases.flatMap((phase) => phase.criteria);
  return {
    passed: criteria.filter(({ status }) => status === 'passed').length,
    failed: criteria
      .filter(({ status }) => status === 'failed')
      .map(({ id, cause, fix, evidence }) => ({
        id,
        ...(cause !== undefined && { cause }),
        ...(fix !== undefined && { fix }),
        ...(evidence[0] !== undefined && { evidence: evidence[0].split('\n', 1)[0] ?? '' }),
      })),
    ...(errors !== undefined && { errors }),
  };
}

/**
 * Judges the first cause that a run named: right where it matches, vague where it is only true or a later one matches, wrong
 * where it says something else.
 */
export function judge({ title, expected }: Mutant, outcome: Outcome): Judged {
  const { failed, errors = [], refused, problem } = outcome;
  const hasFailed = failed.length > 0 || errors.length > 0 || refused !== undefined;
  const common = { ...outcome, title, isNoOp: expected === undefined };
  const texts = [...(refused === undefined ? [] : [refused]), ...failed].flatMap(({ cause, fix }) =>
    cause === undefined ? [] : `${cause} | ${fix ?? ''}`,
  );
  const [said] = texts;
  const named = { ...common, ...(said !== undefined && { said }) };
  if (problem !== undefined) return { ...named, isCaught: false, grade: '-' };
  if (expected === undefined) return { ...named, isCaught: !hasFailed, grade: '-' };
  const { cause, vague, fails = [] } = expected;
  const isCaught = hasFailed && fails.every((id) => failed.some((criterion) => criterion.id === id));
  if (said === undefined) return { ...named, isCaught, grade: hasFailed ? 'none' : '-' };
  if (cause.test(said)) return { ...named, isCaught, grade: 'right' };
  const isVague = vague?.test(said) === true || texts.some((text) => cause.test(text));
  return { ...named, isCaught, grade: isVague ? 'vague' : 'wrong' };
}

/** The counts that decide whether the suite proves what it claims. */
export function summarize(judged: readonly Judged[]) {
  const mutants = judged.filter(({ isNoOp }) => !isNoOp);
  const noOps = judged.filter(({ isNoOp }) => isNoOp);
  const countGrade = (grade: CauseGrade) => mutants.filter((one) => one.grade === grade).length;
  return {
    mutants: mutants.length,
    caught: mutants.filter(({ isCaught }) => isCaught).length,
    right: countGrade('right'),
    vague: countGrade('vague'),
    wrong: countGrade('wrong'),
    none: countGrade('none'),
    noOps: noOps.length,
    silent: noOps.filter(({ isCaught }) => isCaught).length,
    problems: judged.filter(({ problem }) => problem !== undefined).length,
  };
}

const MIN_RIGHT = 0.95;

/** Whether all are caught, nothing wrong is said, no-ops are silent, and nearly all causes are right. */
export function isProven(judged: readonly Judged[]): boolean {
  const { mutants, caught, right, wrong, noOps, silent, problems } = summarize(judged);
  return problems === 0 && caught === mutants && wrong === 0 && silent === noOps && right >= MIN_RIGHT * mutants;
}
