import { describeAskedService, findAskedService } from '../asked-service.ts';
import { getObservation, hasLost } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * A service of the backend has given no answer for long: what arrived is unknown, whatever else is wrong.
 *
 * `Loki has given no answer at http://HOST/loki since 2026-11-26T00:00:00.000Z: Headers Timeout Error`
 */
export const backendSilent = createRule('backend silent', (symptoms) => {
  const { seen, subject } = getObservation(symptoms) ?? {};
  // What Alloy keeps for a backend that answers nobody has not failed: it is retried.
  if (subject?.kind === 'delivery' && !hasLost(symptoms, /^otelcol_exporter_(?:send|enqueue)_failed_/)) {
    return symptoms.silentService;
  }
  if (seen?.kind !== 'query failure' || seen.request?.silence === undefined) return undefined;
  const { url, silence } = seen.request;
  const service = findAskedService(symptoms.run.access, url);
  return service && { ...describeAskedService(symptoms.run.access, service), ...silence };
});
