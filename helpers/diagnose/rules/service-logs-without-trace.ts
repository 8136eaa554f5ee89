import { createServiceRule, readVariable } from '../service-rule.ts';

/**
 * The logs of the service have no trace ID: it says that it adds none, or has sent lines and none of them has one.
 *
 * `the logs of the API service carry no trace_id: log correlation is off (OTEL_NODE_LOG_CORRELATION=off)`
 */
export const serviceLogsWithoutTrace = createServiceRule('service logs without trace', (service, question) => {
  const { subject, observation, hasTraceIds, looseLine } = question;
  const isAsked = subject?.kind === 'delivery' || (subject?.kind === 'logs' && subject.query.includes('trace_id='));
  if (!isAsked) return undefined;
  const set = readVariable(service, 'OTEL_NODE_LOG_CORRELATION');
  if (set?.value?.toLowerCase() === 'off') return { set };
  if (observation?.nearest?.kind === 'other lines' && hasTraceIds === false) return {};
  return looseLine === undefined ? undefined : { line: looseLine };
});
