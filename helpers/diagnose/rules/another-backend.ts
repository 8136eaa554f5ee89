import { getObservation } from '../observation.ts';
import { isSentElsewhere } from '../other-backend.ts';
import { createRule } from '../rule.ts';

/**
 * Alloy sends what a question is about to another backend than the one that is asked.
 *
 * `this Alloy sends to another backend than the one that is asked: it counts as delivered what it sends to http://HOST/otlp …`
 */
export const anotherBackend = createRule('another backend', (symptoms) => {
  const { seen, subject } = getObservation(symptoms) ?? {};
  const found = symptoms.otherBackend;
  if (found === undefined || subject === undefined || seen?.kind === 'query failure') return undefined;
  return isSentElsewhere(found, subject) ? { sendsTo: found.sendsTo, asked: found.asked } : undefined;
});
