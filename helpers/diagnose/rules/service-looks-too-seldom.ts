import { createServiceRule, readVariable } from '../service-rule.ts';

/** What the daemon does where nothing is set. */
const DEFAULT_SECONDS = 900;

/**
 * The daemon looks at the dead-letter queue less often than the run expects.
 *
 * `the notification daemon looks at the dead-letter queue every 3600 s, where this run expects 1 s: DLQ_CHECK_INTERVAL_SECONDS=3600`
 */
export const serviceLooksTooSeldom = createServiceRule('service looks too seldom', (service, { subject, run }) => {
  const isAsked = subject?.kind === 'work' || (subject?.kind === 'traces' && /\bprocess_dlq\b/.test(subject.query));
  const set = readVariable(service, 'DLQ_CHECK_INTERVAL_SECONDS');
  if (!isAsked || service.part !== 'notification-daemon' || set === undefined) return undefined;
  const seconds = Number(set.value ?? DEFAULT_SECONDS);
  return seconds > run.dlqCheckInterval ? { seconds, expected: run.dlqCheckInterval, set } : undefined;
});
