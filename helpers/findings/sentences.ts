import type { Evidence } from './evidence.ts';
import { describeEvidence, summarizeEvidence } from './evidence-sentences.ts';
import type { Finding } from './finding.ts';
import { describeFinding, type Explanation } from './finding-sentences.ts';

/** The message of a failed criterion's error: what was found, the cause and the fix. */
export function describeFailure(evidence: Evidence | undefined, finding: Finding | undefined): string {
  const { cause, fix } = explainFailure(evidence, finding);
  const explained = finding === undefined ? [] : [`  cause:     ${cause}`, `  fix:       ${fix}`];
  return [...(evidence === undefined ? [] : [describeEvidence(evidence)]), ...explained].join('\n');
}

/** The cause and the fix of a finding. Without a finding, the cause is what was expected and seen, and there is no fix. */
export function explainFailure(
  evidence: Evidence | undefined,
  finding: Finding | undefined,
): Pick<Explanation, 'cause'> & Partial<Explanation> {
  if (finding !== undefined) return describeFinding(finding);
  return { cause: evidence === undefined ? 'it failed with no error message' : summarizeEvidence(evidence) };
}
