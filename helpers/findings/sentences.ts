import type { Evidence } from './evidence.ts';
import { describeEvidence } from './evidence-sentences.ts';
import type { Finding } from './finding.ts';
import { describeFinding } from './finding-sentences.ts';

/** The message of a failed criterion's error: what was found, the cause and the fix. */
export function describeFailure(evidence: Evidence | undefined, finding: Finding | undefined): string {
  const found = evidence === undefined ? [] : [describeEvidence(evidence)];
  if (finding === undefined) return found.join('\n');
  const { cause, fix } = describeFinding(finding);
  return [...found, `  cause:     ${cause}`, `  fix:       ${fix}`].join('\n');
}
