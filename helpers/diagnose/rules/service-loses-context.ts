import { createServiceRule, readList, readVariable } from '../service-rule.ts';

/**
 * The service has no propagator for the W3C trace context, so that what it is asked, and what it asks others, are other traces.
 *
 * `the bot service neither takes nor passes on the W3C trace context: OTEL_PROPAGATORS=b3`
 */
export const serviceLosesContext = createServiceRule('service loses context', (service, question) => {
  const { subject, observation, services } = question;
  const isShared = services.length > 1 || observation?.condition.kind === 'stated';
  if (subject?.kind !== 'delivery' && !(subject?.kind === 'trace' && isShared)) return undefined;
  const set = readVariable(service, 'OTEL_PROPAGATORS');
  if (set?.value === undefined || readList(service, 'OTEL_PROPAGATORS').includes('tracecontext')) return undefined;
  return { set };
});
