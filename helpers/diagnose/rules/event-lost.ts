import { z } from 'zod';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

const Done = z.object({ processed: z.number(), announced: z.number() });

/**
 * Rows are done, and not all of their events have arrived where they are handled: what is lost is lost in between. After all rules that
 * know why.
 *
 * `1 row is marked as processed, and 0 of their events have been handled: an event was lost between the two`
 */
export const eventLost = createRule('event lost', (symptoms) => {
  const observation = getObservation(symptoms);
  if (observation?.subject.kind !== 'work' || observation.seen.kind !== 'answer') return undefined;
  const done = parse(observation.seen.json);
  return done !== undefined && done.processed > done.announced ? done : undefined;
});

function parse(json: string): z.infer<typeof Done> | undefined {
  try {
    return Done.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
