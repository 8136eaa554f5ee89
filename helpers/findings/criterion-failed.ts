import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { describeFailure } from './sentences.ts';

/** Asks once more for what a criterion has waited for: whether it has come since. */
export type HasCome = () => Promise<boolean>;

/**
 * The one error that a failed criterion throws. `evidence` is what failed it, and `finding` is why, if the evidence proves
 * it. A criterion that lists its own problems has only a finding.
 */
export class CriterionFailed extends Error {
  override readonly name = 'CriterionFailed';
  readonly evidence: Evidence | undefined;
  readonly finding: Finding | undefined;
  readonly hasCome: HasCome | undefined;

  constructor(
    evidence: Evidence | undefined,
    finding?: Finding,
    { hasCome, ...options }: ErrorOptions & { readonly hasCome?: HasCome } = {},
  ) {
    super(describeFailure(evidence, finding), options);
    this.evidence = evidence;
    this.finding = finding;
    this.hasCome = hasCome;
  }
}
