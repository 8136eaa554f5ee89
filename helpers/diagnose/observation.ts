import type { z } from 'zod';
import type { Observation } from '../findings/evidence.ts';
import type { Part } from '../run/part.ts';
import { isAboutTotals, type Symptoms } from './symptoms.ts';

/** The question that failed the criterion; undefined if an assertion or another error did. */
export function getObservation({ evidence }: Pick<Symptoms, 'evidence'>): Observation | undefined {
  return evidence.kind === 'observation' ? evidence : undefined;
}

/** The part that the series in question measure. */
export function getSource(symptoms: Pick<Symptoms, 'evidence'>): Part | undefined {
  const subject = getObservation(symptoms)?.subject;
  return subject?.kind === 'scraped metric' || subject?.kind === 'series' ? subject.source : undefined;
}

/**
 * Whether Alloy has dropped data, according to the counters whose names match. An Alloy that the run did not start drops what
 * others send as well, so there only what it dropped since the question was asked counts.
 */
export function hasLost(symptoms: Symptoms, pattern: RegExp): boolean {
  const { flow, run } = symptoms;
  const total = (flow?.metrics ?? [])
    .filter(({ labels }) => pattern.test(labels.__name__ ?? ''))
    .reduce((sum, { value }) => sum + value, 0);
  const isShared = run.stack === 'external' && !isAboutTotals(symptoms);
  return total > (isShared ? (getObservation(symptoms)?.lostBefore ?? 0) : 0);
}

/** The answer that an observation has seen, as this schema reads it; undefined where it was too long to be kept whole. */
export function readSeen<T>({ seen }: Observation, schema: z.ZodType<T>): T | undefined {
  if (seen.kind !== 'answer') return undefined;
  try {
    return schema.safeParse(JSON.parse(seen.json)).data;
  } catch {
    return undefined;
  }
}
