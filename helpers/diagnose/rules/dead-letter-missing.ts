import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * A message that nobody can read was rejected, and stays in a queue that nobody takes messages from: dead letters are not processed.
 *
 * `the queue bot.events.dead_letters holds 3 messages, which nobody takes`
 */
export const deadLettersWait = createRule('dead letters wait', (symptoms) => {
  const [queue] = symptoms.broker?.waiting ?? [];
  return isAboutDeadLetters(symptoms) && queue !== undefined ? { queue: queue.name, messages: queue.ready } : undefined;
});

/**
 * It is in no queue at all, and has not come since: whoever took it has acknowledged it, or RabbitMQ has dropped it.
 *
 * `the message that the bot service has to reject is in no queue: it was acknowledged, or dropped on its way to the dead letters`
 */
export const deadLetterLost = createRule('dead letter lost', (symptoms) => {
  if (!isAboutDeadLetters(symptoms) || symptoms.delay !== 'never') return undefined;
  return symptoms.broker?.messages === 0 ? {} : undefined;
});

function isAboutDeadLetters(symptoms: Symptoms): boolean {
  const subject = getObservation(symptoms)?.subject;
  return subject?.kind === 'work' && subject.isError === true;
}
