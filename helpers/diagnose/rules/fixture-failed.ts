import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';
import { listSuspects } from '../suspects.ts';

/**
 * A file of fixtures was refused when the stack started, so that the application lacks tables or rows.
 *
 * `PostgreSQL has not taken all that was to be made in it: postgres/3-seed.sql:23: column "notification_time" … does not exist`
 */
export const fixtureFailed = createRule('fixture failed', (symptoms) => {
  const { run } = symptoms;
  const suspects = listSuspects({ ...symptoms, subject: getObservation(symptoms)?.subject }, run);
  const source = suspects.find((part) => run.incomplete?.[part] !== undefined);
  const reason = source && run.incomplete?.[source];
  return source !== undefined && reason !== undefined ? { source, reason } : undefined;
});
