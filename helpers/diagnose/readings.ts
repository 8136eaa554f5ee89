import type { Observation } from '../findings/evidence.ts';
import type { LogExcerpt } from '../findings/finding.ts';
import type { LogLine } from './alloy-log.ts';
import type { Symptoms } from './symptoms.ts';

/** The question that the criterion failed with; undefined where it was an assertion or any other error. */
export function getObservation({ evidence }: Symptoms): Observation | undefined {
  return evidence.kind === 'observation' ? evidence : undefined;
}

/** The sum of those of Alloy's own metrics that `pattern` matches. */
export function addUp({ alloyMetrics }: Symptoms, pattern: RegExp): number {
  return alloyMetrics
    .filter(({ labels }) => pattern.test(labels.__name__ ?? ''))
    .reduce((sum, { value }) => sum + value, 0);
}

/**
 * Whether Alloy has given data up, by the counters that `pattern` matches. Of an Alloy that runs longer than the run, only
 * what it gave up since the question was asked counts: last week's loss is not the cause.
 */
export function hasLost(symptoms: Symptoms, pattern: RegExp): boolean {
  const total = addUp(symptoms, pattern);
  const observation = getObservation(symptoms);
  const kind = observation?.subject.kind;
  const isAboutTotals = kind === 'delivery' || kind === 'metric of Alloy';
  const before = symptoms.run.stack === 'external' && !isAboutTotals ? (observation?.lostBefore ?? total) : 0;
  return total > before;
}

/** What a line of Alloy's log has to be. */
type Wanted = {
  /** The beginning of the component's ID. */
  readonly component: string;
  /** Matches the message or the error, which are Alloy's own words. */
  readonly text: RegExp;
};

/** The newest matching line of Alloy's log. */
export function findLogLine({ alloyLog }: Symptoms, { component, text }: Wanted): LogLine | undefined {
  return alloyLog.findLast(
    (line) => line.component.startsWith(component) && (text.test(line.message) || text.test(line.error)),
  );
}

/** The same, of the time since the question was asked: what failed while the stack was starting may work by now. */
export function findRecentLogLine(symptoms: Symptoms, wanted: Wanted): LogLine | undefined {
  const since = getObservation(symptoms)?.askedAt;
  if (since === undefined) return undefined;
  const recent = symptoms.alloyLog.filter(({ time }) => time !== undefined && time >= since);
  return findLogLine({ ...symptoms, alloyLog: recent }, wanted);
}

/** A line of the log as a finding holds it. */
export function quoteLog({ component, message, error }: LogLine): LogExcerpt {
  return { component, message: error === '' ? message : `${message}: ${error}` };
}

/** The login that a service refuses: the ID, what the mock cloud says of it, and the variable that holds the same ID. */
export function readRefusedLogin(
  { refusals, run: { variables } }: Symptoms,
  service: 'OTLP' | 'PROMETHEUS',
): { readonly instanceId: string; readonly reason?: string; readonly twin?: string } {
  const name = `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
  const [refusal] = refusals
    .filter((refused) => refused.service.toUpperCase() === service)
    .sort((a, b) => b.count - a.count);
  // A configuration may send another ID than the variable's.
  const instanceId = refusal?.user ?? variables[name] ?? '';
  const twin = Object.keys(variables).find(
    (other) => other !== name && other.endsWith('_INSTANCE_ID') && variables[other] === instanceId,
  );
  return {
    instanceId,
    ...(refusal !== undefined && { reason: refusal.reason }),
    ...(twin !== undefined && { twin }),
  };
}
