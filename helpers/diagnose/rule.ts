import type { Finding, FindingKind } from '../findings/finding.ts';
import type { Symptoms } from './symptoms.ts';

/** Sees one kind of cause in the symptoms, where they prove it. It reads data, never a sentence. */
export type Rule = {
  readonly kind: Finding['kind'];
  readonly find: (symptoms: Symptoms) => Finding | undefined;
};

/** A rule; `find` returns what the finding holds beside its kind. */
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
