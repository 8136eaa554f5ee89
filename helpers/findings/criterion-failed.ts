import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { describeFailure } from './sentences.ts';

/**
 * A criterion that does not hold: the one error with which a criterion ends. `evidence` is what failed it, `finding` is why,
 * where the evidence proves it; a criterion that lists its own problems has a finding alone.
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
