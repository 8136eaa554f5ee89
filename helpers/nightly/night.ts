import { z } from 'zod';
import { type Criterion, groupByCause, type VerdictFile } from './verdict-file.ts';

/** Something that is wrong: the criteria that it fails, if any, and the last lines of the output where nothing better is known. */
const problem = z.object({
  criteria: z.array(z.string()),
  cause: z.string(),
  fix: z.string().optional(),
  output: z.string().optional(),
});

/** One run of the nightly workflow: a line of the history. `not-run`: it says nothing about Grafana Cloud. */
export const nightSchema = z.object({
  runId: z.string(),
  /** Counts the times that the run was started, from 1. */
  attempt: z.number(),
  /** The page of the workflow run. */
  url: z.string(),
  commit: z.string(),
  /** When it was judged, ISO 8601. */
  at: z.string(),
  status: z.enum(['passed', 'failed', 'not-run']),
  /** Of the run of all criteria, in milliseconds; 0 where there is no verdict. */
  durationMs: z.number(),
  phases: z.array(
    z.object({
      id: z.string(),
      status: z.enum(['passed', 'failed', 'skipped']),
      passed: z.number(),
      total: z.number(),
    }),
  ),
  problems: z.array(problem),
});

export type Night = z.infer<typeof nightSchema>;
export type Problem = z.infer<typeof problem>;
/** The workflow run of a night, and the moment in which it is judged. */
export type NightIdentity = Pick<Night, 'runId' | 'attempt' | 'url' | 'commit' | 'at'>;

/** What is known when the run has ended. */
export type EndedRun = NightIdentity & {
  /** The verdict, or why there is none. */
  readonly verdict: VerdictFile | string;
  /** How GitHub says that the step of `npm run verify` ended: `success`, `failure`, `cancelled`, `skipped`. */
  readonly outcome: string;
  /** The last lines that `npm run verify` printed. */
  readonly output: string;
  /** The files of the report that a secret was removed from. */
  readonly leaks: readonly string[];
};

/** The backend that a night is about. */
const BACKEND = 'cloud';

/** Judges a run that has ended: it passed only if everything that is known of it says so. */
export function judgeNight({ verdict, outcome, output, leaks, ...identity }: EndedRun): Night {
  const leaked = leaks.length === 0 ? [] : [describeLeak(leaks)];
  if (typeof verdict === 'string') {
    const problems = [{ criteria: [], cause: verdict, ...(output !== '' && { output }) }, ...leaked];
    return { ...identity, status: 'not-run', durationMs: 0, phases: [], problems };
  }
  const reason = findWhyNotRun(verdict);
  if (reason !== undefined) {
    const problems = [{ criteria: [], cause: reason }, ...leaked];
    return { ...identity, status: 'not-run', durationMs: verdict.durationMs, phases: [], problems };
  }
  const problems = [...groupByCause(verdict, 'failed').map(describeGroup), ...leaked];
  if (outcome !== 'success' && problems.length === 0) {
    problems.push({ criteria: [], cause: `npm run verify ended with ${outcome}, and no criterion failed.`, output });
  }
  return {
    ...identity,
    status: problems.length === 0 ? 'passed' : 'failed',
    durationMs: verdict.durationMs,
    phases: verdict.phases.map(({ id, status, criteria }) => ({
      id,
      status,
      passed: criteria.filter((criterion) => criterion.status === 'passed').length,
      total: criteria.length,
    })),
    problems,
  };
}

/** The night of a run that ended before it was judged. */
export function describeLostNight(identity: NightIdentity): Night {
  const cause = 'the workflow ended before it wrote a report.';
  const fix = 'read the log of the workflow run: the step that failed is the first one with a red cross.';
  return { ...identity, status: 'not-run', durationMs: 0, phases: [], problems: [{ criteria: [], cause, fix }] };
}

function findWhyNotRun(verdict: VerdictFile): string | undefined {
  if (verdict.backend !== BACKEND) return `the verdict is about the backend "${verdict.backend}", not Grafana Cloud.`;
  const criteria = verdict.phases.flatMap((phase) => phase.criteria);
  return criteria.every(({ status }) => status === 'skipped') ? 'every criterion was skipped.' : undefined;
}

function describeGroup(group: readonly Criterion[]): Problem {
  const [first] = group;
  return {
    criteria: group.map(({ id, title }) => `${id} ${title}`),
    cause: first?.cause ?? 'unknown.',
    ...(first?.fix !== undefined && { fix: first.fix }),
  };
}

function describeLeak(files: readonly string[]): Problem {
  return {
    criteria: [],
    cause: `a token was in ${files.map((file) => `reports/${file}`).join(', ')}. It was removed before anything was published.`,
    fix: 'report it as a security problem of this project, as .github/SECURITY.md says.',
  };
}
