import { mayBeProxied } from '../../clients/http.ts';
import { findAskedService } from '../asked-service.ts';
import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * The backend could not be queried, so what arrived is unknown.
 *
 * `http://HOST/tempo/api/search answered 404: page not found`
 */
export const queryRefused = createRule('query refused', (symptoms) => {
  const seen = getObservation(symptoms)?.seen;
  if (seen?.kind !== 'query failure' || seen.request === undefined) return undefined;
  const { access } = symptoms.run;
  const service = findAskedService(access, seen.request.url);
  const { variables, proxies } = service === undefined ? {} : access[service];
  const isProxied = mayBeProxied(seen.request.url, proxies);
  return {
    ...seen.request,
    message: seen.message,
    ...(service && { service }),
    ...(symptoms.otherService && { other: symptoms.otherService }),
    ...(variables && { variables }),
    ...(isProxied && { isProxied }),
  };
});
