import { getObservation } from './readings.ts';
import { createRule, type Rule } from './rule.ts';

/** The backend could not be asked, so nothing is known of what arrived. */
const queryRefused = createRule('query refused', (symptoms) => {
  const seen = getObservation(symptoms)?.seen;
  if (seen?.kind !== 'query failure' || seen.request === undefined) return undefined;
  return { ...seen.request, message: seen.message };
});

/** Why a question to the backend got no answer. */
export const QUERY_RULES: readonly Rule[] = [queryRefused];
