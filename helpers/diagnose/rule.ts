import type { Finding, FindingKind } from '../findings/finding.ts';
import type { Symptoms } from './symptoms.ts';

/** Finds one kind of cause if the symptoms prove it. Rules read data, never sentences. */
export type Rule = {
  readonly kind: Finding['kind'];
  readonly find: (symptoms: Symptoms) => Finding | undefined;
};

/** Creates a rule; `find` returns the finding without its kind. */
export function createRule<K extends Finding['kind']>(
  kind: K,
  find: (symptoms: Symptoms) => Omit<FindingKind<K>, 'kind'> | undefined,
): Rule {
  return {
    kind,
    find(symptoms) {
      const found = find(symptoms);
      return found && ({ kind, ...found } as unknown as FindingKind<K>);
    },
  };
}
