import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { describeFailure } from './sentences.ts';

/**
 * The one error that a failed criterion throws. `evidence` is what failed it, and `finding` is why, if the evidence proves
 * it. A criterion that lists its own problems has only a finding.
 */
export class CriterionFailed extends Error {
  override readonly name = 'CriterionFailed';
  readonly evidence: Evidence | undefined;
  readonly finding: Finding | undefined;

  constructor(evidence: Evidence | undefined, finding?: Finding, options?: ErrorOptions) {
    super(describeFailure(evidence, finding), options);
    this.evidence = evidence;
    this.finding = finding;
  }
}
