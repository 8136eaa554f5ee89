import { z } from 'zod';
import { getObservation, readSeen } from '../observation.ts';
import { createRule } from '../rule.ts';

const Done = z.object({ processed: z.number(), announced: z.number() });

/**
 * Rows are done, and not all of their events have arrived where they are handled: what is lost is lost in between. It has not come since
 * either, and no other rule knows why.
 *
 * `1 row is marked as processed, and 0 of their events have been handled: an event was lost between the two`
 */
export const eventLost = createRule('event lost', (symptoms) => {
  const observation = getObservation(symptoms);
  if (observation?.subject.kind !== 'work' || symptoms.delay !== 'never') return undefined;
  const done = readSeen(observation, Done);
  return done !== undefined && done.processed > done.announced ? done : undefined;
});
