import type { FoundSpan } from '../../clients/tempo.ts';
import { createServiceRule, isOf } from '../service-rule.ts';
import { nameKind, readAttributes } from '../span-shape.ts';

/** So many other requests that have a span are no coincidence. */
const LEAST_OTHERS = 3;

/**
 * The service has made spans of other requests since, and has neither a span nor a count of any request to this path: its
 * instrumentation leaves them out. An export that was lost has no spans either, and the count.
 *
 * `the API service makes no span of GET /health, and of 7 other requests since then it has made one: GET /api/games`
 */
export const serviceLeavesOutRequest = createServiceRule(
  'service leaves out request',
  (service, { subject, recent = [], countedRoutes = [] }) => {
    if (subject?.kind !== 'traces' || subject.request === undefined) return undefined;
    const [method, path = ''] = subject.request.split(' ');
    if (countedRoutes.length === 0 || countedRoutes.includes(path)) return undefined;
    const requests = recent.filter((found) => isOf(service, found) && nameKind(found.span) === 'server');
    const isThis = (found: FoundSpan) => {
      const { 'url.path': now, 'http.target': before, ...others } = readAttributes(found.span);
      const made = others['http.request.method'] ?? others['http.method'];
      return made === method && String(now ?? before).split('?')[0] === path;
    };
    if (requests.length < LEAST_OTHERS || requests.some(isThis)) return undefined;
    const others = [...new Set(requests.map(({ span }) => span.name))].slice(0, LEAST_OTHERS);
    return { request: subject.request, count: requests.length, others };
  },
);
