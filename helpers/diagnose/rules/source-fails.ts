import { EXISTING_VARIABLES } from '../../settings/settings.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import { concernsSubject } from '../suspects.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * What is measured, or what a service works with, answers and refuses what the run itself asks it for.
 *
 * `PostgreSQL at 127.0.0.1:5432 takes no more connections: sorry, too many clients already`
 * `RabbitMQ at 127.0.0.1:5672 gives totals only, without the label queue: rabbitmq_queue_messages has no label queue`
 */
export const sourceFails = createRule('source fails', (symptoms) => {
  const subject = getObservation(symptoms)?.subject;
  const found = symptoms.faulty.find(
    ({ fault }) =>
      (fault !== 'unhealthy' && concernsSubject(fault, subject)) ||
      (fault === 'no statistics' && isUncounted(symptoms)),
  );
  if (found === undefined) return undefined;
  const { part, address, fault, reason } = found;
  const variable = EXISTING_VARIABLES[part];
  return { source: part, address, fault, reason, ...(variable !== undefined && { variable }) };
});

/** Whether a statistic of PostgreSQL arrives, and is not what it should be. */
function isUncounted({ evidence, stop }: Symptoms): boolean {
  if (evidence.kind !== 'observation' || evidence.subject.kind !== 'scraped metric') return false;
  const { seen, subject } = evidence;
  const isThere =
    (seen.kind === 'values' && seen.count > 0) || (seen.kind === 'comparison' && seen.value !== undefined);
  return isThere && stop?.at === 'beyond Alloy' && /^pg_stat_(?!activity_)/.test(subject.metric);
}
