import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * A queue of the application has more consumers than the stack has started: another program takes messages, which then are missing.
 *
 * `the queue bot.events has 2 consumers, and this stack has started one: another program takes messages out of it`
 */
export const queueShared = createRule('queue shared', (symptoms) => {
  const { broker, run } = symptoms;
  const subject = getObservation(symptoms)?.subject;
  const isAsked = subject === undefined || ['trace', 'traces', 'work'].includes(subject.kind);
  const [queue] = broker?.shared ?? [];
  // Elsewhere a service may run several times.
  if (!isAsked || queue === undefined || run.stack === 'external') return undefined;
  return { queue: queue.name, consumers: queue.consumers };
});
