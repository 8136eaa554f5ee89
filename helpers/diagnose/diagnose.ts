import type { Run } from '../run/run.ts';
import type { Evidence } from './evidence.ts';
import { gather } from './evidence.ts';
import type { Finding } from './finding.ts';
import { ALLOY_RULES } from './rules-alloy.ts';
import { OTLP_RULES } from './rules-otlp.ts';
import { REMOTE_WRITE_RULES } from './rules-remote-write.ts';
import { sourceGone } from './rules-source.ts';

/** Sees a cause in the evidence, or doesn't. */
export type Rule = (evidence: Evidence) => Finding | undefined;

const RULES: Readonly<Record<'alloy' | 'otlp' | 'remote write', readonly Rule[]>> = {
  alloy: [...ALLOY_RULES, sourceGone],
  otlp: [...ALLOY_RULES, ...OTLP_RULES],
  'remote write': [...ALLOY_RULES, sourceGone, ...REMOTE_WRITE_RULES],
};

/**
 * Why something that should have travelled this path is not there (`alloy`: whichever path): the first cause that the evidence shows, nearest to the
 * root first; undefined where it shows none. Costs nothing until something fails.
 */
export async function diagnose(
  run: Run,
  path: 'alloy' | 'otlp' | 'remote write',
  asked = '',
  nearest: readonly string[] = [],
): Promise<Finding | undefined> {
  const evidence = await gather(run, asked, nearest);
  for (const rule of RULES[path]) {
    const finding = rule(evidence);
    if (finding !== undefined) return finding;
  }
  return undefined;
}
