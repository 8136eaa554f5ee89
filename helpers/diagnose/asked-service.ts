import type { AskedService } from '../findings/finding.ts';
import type { BackendAccess } from '../run/endpoints.ts';

/** The service as findings name it. */
export function describeAskedService(access: BackendAccess, service: keyof BackendAccess): AskedService {
  const { url, variables } = access[service];
  return { service, url, ...(variables && { variable: variables.url }) };
}

/** How the path of a question begins, below the URL of its service. */
const QUESTION_PATHS: Readonly<Record<keyof BackendAccess, RegExp>> = {
  prometheus: /^\/api\/v1\//,
  tempo: /^\/api\/(?:search|v2\/traces)/,
  loki: /^\/loki\/api\//,
};

/** The service that was asked at this URL: two of them may be at one address, or below each other. */
export function findAskedService(access: BackendAccess, url: string): keyof BackendAccess | undefined {
  const services = Object.keys(QUESTION_PATHS) as (keyof BackendAccess)[];
  return services.find((service) => {
    const { url: base } = access[service];
    return url.startsWith(base) && QUESTION_PATHS[service].test(url.slice(base.length));
  });
}
