import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * Consumers of a queue keep messages and acknowledge none: they get no more, and what ends with the acknowledgement, as the span of
 * a consumer, never ends.
 *
 * `the queue bot.events holds 8 messages that its consumer has taken and not acknowledged, and 2 more wait in it`
 */
export const messagesNotAcknowledged = createRule('messages not acknowledged', (symptoms) => {
  const subject = getObservation(symptoms)?.subject;
  const isAsked = subject === undefined || ['trace', 'traces', 'work'].includes(subject.kind);
  const queue = symptoms.broker?.held.find(({ consumers }) => consumers > 0);
  if (!isAsked || queue === undefined) return undefined;
  const { name, unacknowledged, ready, consumers, acknowledged } = queue;
  return { queue: name, unacknowledged, ready, consumers, acknowledged };
});
