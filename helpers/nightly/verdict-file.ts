import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const status = z.enum(['passed', 'failed', 'skipped']);

const criterion = z.object({
  id: z.string(),
  title: z.string(),
  status,
  cause: z.string().optional(),
  fix: z.string().optional(),
  finding: z.unknown().optional(),
});

/** What a night needs of `reports/verdict.json`. */
const schema = z.object({
  schema: z.literal(1),
  durationMs: z.number(),
  stack: z.string(),
  alloy: z.object({ kind: z.string(), version: z.string() }),
  backend: z.string(),
  standIns: z.array(z.string()).optional(),
  phases: z.array(
    z.object({ id: z.string(), title: z.string(), status, durationMs: z.number(), criteria: z.array(criterion) }),
  ),
});

export type VerdictFile = z.infer<typeof schema>;
export type Criterion = z.infer<typeof criterion>;

/** The verdict in this file, or in a sentence why there is none. */
export function readVerdictFile(path: string): VerdictFile | string {
  if (!existsSync(path)) return 'the run ended without a verdict.';
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const message =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error;
    return `reports/verdict.json is not a verdict: ${message}`;
  }
}

/** Criteria with this status, grouped by what they have in common: the finding, or the words of the cause. */
export function groupByCause(verdict: VerdictFile, wanted: Criterion['status']): Criterion[][] {
  const criteria = verdict.phases.flatMap((phase) => phase.criteria).filter((one) => one.status === wanted);
  return [...Map.groupBy(criteria, ({ finding, cause }) => JSON.stringify(finding ?? cause)).values()];
}
