import type { Labels } from '../../findings/evidence.ts';
import type { SourceFault } from '../../findings/finding.ts';
import { EXISTING_VARIABLES } from '../../settings/settings.ts';
import { getObservation, getSource } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * What is measured, or what a service works with, answers and refuses what the run itself asks it for.
 *
 * `PostgreSQL at 127.0.0.1:5432 takes no more connections: sorry, too many clients already`
 * `RabbitMQ at 127.0.0.1:5672 gives totals only, without the label queue: rabbitmq_queue_messages has no label queue`
 */
export const sourceFails = createRule('source fails', (symptoms) => {
  const subject = getObservation(symptoms)?.subject;
  const labels = subject?.kind === 'scraped metric' ? subject.labels : {};
  const isMeasured = getSource(symptoms) !== undefined;
  const found = symptoms.faulty.find(({ fault }) => fault !== 'unhealthy' && concerns(fault, isMeasured, labels));
  if (found === undefined) return undefined;
  const { part, address, fault, reason } = found;
  const variable = EXISTING_VARIABLES[part];
  return { source: part, address, fault, reason, ...(variable !== undefined && { variable }) };
});

/** Whether a fault can be why: what is wrong with the metrics of a source does not keep a service from its work, nor vice versa. */
function concerns(fault: SourceFault, isMeasured: boolean, labels: Labels): boolean {
  switch (fault) {
    case 'no metrics per object':
      return labels.queue !== undefined;
    case 'no statistics':
    case 'no metrics page':
      return isMeasured;
    case 'read-only':
    case 'out of memory':
      return !isMeasured;
    default:
      return true;
  }
}
