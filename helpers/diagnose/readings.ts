import type { Observation } from '../findings/evidence.ts';
import type { LogExcerpt, LoginFault } from '../findings/finding.ts';
import type { LogLine } from './alloy-log.ts';
import { LOGIN_COMPONENTS, type Symptoms } from './symptoms.ts';

/** The question that failed the criterion; undefined if an assertion or another error did. */
export function getObservation({ evidence }: Symptoms): Observation | undefined {
  return evidence.kind === 'observation' ? evidence : undefined;
}

/** The sum of Alloy's own metrics whose names match. */
export function addUp({ alloyMetrics }: Symptoms, pattern: RegExp): number {
  return alloyMetrics
    .filter(({ labels }) => pattern.test(labels.__name__ ?? ''))
    .reduce((sum, { value }) => sum + value, 0);
}

/**
 * Whether Alloy has dropped data, according to the counters whose names match. An external Alloy may have been running for
 * weeks, so there only what it dropped since the question was asked counts.
 */
export function hasLost(symptoms: Symptoms, pattern: RegExp): boolean {
  const total = addUp(symptoms, pattern);
  const observation = getObservation(symptoms);
  const kind = observation?.subject.kind;
  const isAboutTotals = kind === 'delivery' || kind === 'metric of Alloy';
  const before = symptoms.run.stack === 'external' && !isAboutTotals ? (observation?.lostBefore ?? total) : 0;
  return total > before;
}

/** Which lines of Alloy's log match. */
type Wanted = {
  /** How the component's ID starts. */
  readonly component: string;
  /** A pattern for the message or the error: Alloy's own text. */
  readonly text: RegExp;
};

/** The newest matching line of Alloy's log. */
export function findLogLine({ alloyLog }: Symptoms, { component, text }: Wanted): LogLine | undefined {
  return alloyLog.findLast(
    (line) => line.component.startsWith(component) && (text.test(line.message) || text.test(line.error)),
  );
}

/** The same, since the question was asked: what failed while the stack was starting may work by now. */
export function findRecentLogLine(symptoms: Symptoms, wanted: Wanted): LogLine | undefined {
  const since = getObservation(symptoms)?.askedAt;
  if (since === undefined) return undefined;
  const recent = symptoms.alloyLog.filter(({ time }) => time !== undefined && time >= since);
  return findLogLine({ ...symptoms, alloyLog: recent }, wanted);
}

/** A line of the log in the form that findings hold. */
export function quoteLog({ component, message, error }: LogLine): LogExcerpt {
  return { component, message: error === '' ? message : `${message}: ${error}` };
}

/** The refused login of a service: the ID, the mock cloud's reason, and another variable that holds the same ID. */
export function readRefusedLogin(
  symptoms: Symptoms,
  service: keyof typeof LOGIN_COMPONENTS,
  sent?: string,
): { readonly instanceId?: string; readonly reason?: LoginFault; readonly twin?: string } {
  const { refusals, usernames, run } = symptoms;
  const name = `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
  const [refusal] = refusals
    .filter((refused) => refused.service.toUpperCase() === service)
    .sort((a, b) => b.count - a.count);
  const [username, ...others] = usernames[LOGIN_COMPONENTS[service]] ?? [];
  // What Alloy has is known of a stack that the run started; an external one may have other variables.
  const own = run.stack === 'external' ? undefined : run.variables[name];
  const instanceId = sent ?? (others.length === 0 ? username : undefined) ?? refusal?.user ?? own;
  const twin = Object.keys(run.variables).find(
    (other) => other !== name && other.endsWith('_INSTANCE_ID') && run.variables[other] === instanceId,
  );
  return {
    ...(instanceId !== undefined && { instanceId }),
    ...(refusal !== undefined && { reason: refusal.reason }),
    ...(twin !== undefined && { twin }),
  };
}
