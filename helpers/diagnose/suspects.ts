import type { Subject } from '../findings/evidence.ts';
import type { SourceFault } from '../findings/finding.ts';
import { addDependencies, type Part } from '../run/part.ts';
import type { Run } from '../run/run.ts';

/** What a criterion asks about, the parts that its phase needs, and those that it has taken away itself. */
export type Asking = {
  /** Undefined where it asks about no telemetry. */
  readonly subject: Subject | undefined;
  readonly needs: readonly Part[];
  readonly takenAway: readonly Part[];
};

/**
 * The parts that may be why there is no answer: for a series that measures a part, only that part; for Alloy's own metrics, none;
 * otherwise, those that the phase needs, and those that these can't work without. A part that the criterion itself took away is
 * not at fault.
 */
export function listSuspects({ subject, needs, takenAway }: Asking, run: Pick<Run, 'stack'>): Part[] {
  if (subject?.kind === 'metric of Alloy' || subject?.kind === 'delivery') return [];
  const isScraped = subject?.kind === 'scraped metric' || subject?.kind === 'series';
  const suspects = isScraped ? [subject.source].filter((source) => source !== undefined) : addSources(run, needs);
  return suspects.filter((part) => !takenAway.includes(part));
}

function addSources({ stack }: Pick<Run, 'stack'>, parts: readonly Part[]): readonly Part[] {
  // From here an external stack's sources may be out of reach, and not for its services.
  return stack === 'external' ? parts : addDependencies(parts);
}

/**
 * Whether a fault of a suspect can be why: what is wrong with the metrics of a source does not keep services from their work, nor
 * does what keeps them from writing change what is measured.
 */
export function concernsSubject(fault: SourceFault, subject: Subject | undefined): boolean {
  const isMeasured = subject?.kind === 'scraped metric' || subject?.kind === 'series';
  switch (fault) {
    case 'no metrics per object':
      return subject?.kind === 'scraped metric' && /[{,]queue[=!]/.test(subject.expression);
    case 'no activity':
      return (
        subject?.kind === 'scraped metric' && /^pg_stat_activity_/.test(subject.metric) && 'state' in subject.labels
      );
    // Some is counted nevertheless, so it is no reason to wait no longer.
    case 'no statistics':
      return false;
    case 'no metrics page':
      return isMeasured;
    case 'read-only':
    case 'out of memory':
    case 'alarm':
      return !isMeasured;
    default:
      return true;
  }
}
