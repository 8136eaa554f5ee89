import { EXISTING_VARIABLES } from '../../settings/settings.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import { concernsSubject } from '../suspects.ts';

/**
 * What is measured, or what a service works with, answers and refuses what the run itself asks it for.
 *
 * `PostgreSQL at 127.0.0.1:5432 takes no more connections: sorry, too many clients already`
 * `RabbitMQ at 127.0.0.1:5672 gives totals only, without the label queue: rabbitmq_queue_messages has no label queue`
 */
export const sourceFails = createRule('source fails', (symptoms) => {
  const subject = getObservation(symptoms)?.subject;
  const found = symptoms.faulty.find((one) => one.fault !== 'unhealthy' && concernsSubject(one.fault, subject));
  if (found === undefined) return undefined;
  const { part, address, fault, reason } = found;
  const variable = EXISTING_VARIABLES[part];
  return { source: part, address, fault, reason, ...(variable !== undefined && { variable }) };
});
