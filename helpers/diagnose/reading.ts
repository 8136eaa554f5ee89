import type { Evidence } from './evidence.ts';

/** The sum of those of Alloy's own metrics that `pattern` matches. */
export function totalOf(evidence: Evidence, pattern: RegExp): number {
  return evidence.alloyMetrics
    .filter(({ labels }) => pattern.test(labels.__name__ ?? ''))
    .reduce((sum, { value }) => sum + value, 0);
}

/** The newest line of Alloy's log that matches. */
export function logLine(evidence: Evidence, pattern: RegExp): string | undefined {
  return evidence.alloyLog.findLast((line) => pattern.test(line));
}

/** What the mock said to the logins that it refused at this service, most frequent first. */
export function refusalOf(
  evidence: Evidence,
  service: string,
): { reason: string; user?: string | undefined } | undefined {
  return [...evidence.refusals]
    .sort((a, b) => b.count - a.count)
    .find((refusal) => refusal.service.toLowerCase() === service);
}

/** The name of the variable, other than `name` itself, that holds the same value. */
export function twinOf(evidence: Evidence, name: string): string | undefined {
  const { variables } = evidence.run;
  return Object.keys(variables).find(
    (other) => other !== name && other.endsWith('_INSTANCE_ID') && variables[other] === variables[name],
  );
}
