import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * RabbitMQ itself says the value that has arrived, and it is not the one that it should be: the telemetry is right.
 *
 * `RabbitMQ itself says that rabbitmq_queue_messages is 5, as it has arrived, and not 7`
 */
export const sourceSaysSo = createRule('source says so', (symptoms) => {
  const observation = getObservation(symptoms);
  const { sourceValue } = symptoms;
  if (observation?.subject.kind !== 'scraped metric' || observation.condition.kind !== 'value') return undefined;
  const { seen, condition, subject } = observation;
  if (sourceValue === undefined || seen.kind !== 'values' || seen.values.length !== 1) return undefined;
  if (seen.values[0] !== sourceValue) return undefined;
  const { queue } = subject.labels;
  return {
    source: 'rabbitmq' as const,
    metric: subject.metric,
    value: sourceValue,
    wanted: `${condition.is === 'equal' ? '' : `${condition.is} `}${condition.value}`,
    ...(queue !== undefined && { queue }),
  };
});
