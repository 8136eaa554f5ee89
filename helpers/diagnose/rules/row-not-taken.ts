import { z } from 'zod';
import { SERVICE_NAMES, type ServicePart } from '../../run/part.ts';
import { getObservation, readSeen } from '../observation.ts';
import { createRule } from '../rule.ts';

/** The one whose work criteria count. */
const PART: ServicePart = 'status-transition-daemon';

const Untouched = z.object({ processed: z.literal(0), announced: z.literal(0), published: z.literal(0).default(0) });

/**
 * Nothing at all was done about rows that are due, by a daemon that works: it has not looked. That it waits for RabbitMQ may be what the
 * criterion itself has brought about.
 *
 * `the status transition daemon has not taken a row that is due: none is published, and none marked as processed`
 */
export const rowNotTaken = createRule('row not taken', (symptoms) => {
  const observation = getObservation(symptoms);
  const { subject } = observation ?? {};
  if (observation === undefined || subject?.kind !== 'work' || !subject.services.includes(SERVICE_NAMES[PART]))
    return undefined;
  if (readSeen(observation, Untouched) === undefined || symptoms.unreachable.length > 0) return undefined;
  const isWell = symptoms.faulty.every(({ reason }) => /waiting for RabbitMQ/.test(reason));
  return isWell ? { service: PART } : undefined;
});
