import type { Evidence, Observation } from '../findings/evidence.ts';

/** How telemetry travels and is asked for; a search finds a trace later than a look-up by its ID does. */
export const SIGNALS = ['traces', 'trace search', 'OTLP metrics', 'logs', 'scraped metrics'] as const;
export type Signal = (typeof SIGNALS)[number];

/**
 * The seconds from emission to visibility that the criteria have measured, by signal, shortest first. They ask as soon as they
 * have emitted something or changed a source, so that is how long they asked. What was there at the first look doesn't count,
 * as nobody knows since when; nor does what never came.
 */
export function listTimesToVisibility(evidence: readonly Evidence[]): ReadonlyMap<Signal, readonly number[]> {
  const times = new Map<Signal, number[]>();
  for (const one of evidence) {
    if (one.kind !== 'observation' || !one.holds || one.attempts < 2) continue;
    const signal = readSignal(one);
    if (signal === undefined) continue;
    times.set(
      signal,
      [...(times.get(signal) ?? []), one.elapsedMs / 1000].sort((a, b) => a - b),
    );
  }
  return times;
}

function readSignal({ subject }: Observation): Signal | undefined {
  switch (subject.kind) {
    case 'trace':
      return 'traces';
    case 'traces':
      return 'trace search';
    case 'OTLP metric':
      return 'OTLP metrics';
    case 'logs':
      return 'logs';
    case 'scraped metric':
    case 'series':
      return 'scraped metrics';
    case 'metric of Alloy':
    case 'delivery':
    case 'work':
      return undefined;
  }
}
