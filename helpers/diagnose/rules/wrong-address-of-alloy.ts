import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * At an address of an Alloy that the run did not start, something else answers, or nothing. Without Alloy's own address nothing can
 * be known; where no receiver is, the run can send nothing, though services may.
 *
 * `ALLOY_URL leads to http://127.0.0.1:1, where a web page answers, not Alloy`
 */
export const wrongAddressOfAlloy = createRule('wrong address of Alloy', (symptoms) => {
  const { wrongAddresses: addresses, flow, needs } = symptoms;
  const isUnknown = addresses.some(({ variable }) => variable === 'ALLOY_URL');
  const path = getObservation(symptoms)?.path;
  const isHealthy = flow?.components.every(({ state }) => state === 'healthy') !== false;
  const isSent = path === 'otlp' || (path === undefined && isHealthy);
  return addresses.length > 0 && (isUnknown || (needs.length === 0 && isSent)) ? { addresses } : undefined;
});
