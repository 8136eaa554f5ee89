import type { Labels } from '../../findings/evidence.ts';
import { createServiceRule } from '../service-rule.ts';

/**
 * The service exports metrics, and not this one: it has another name or unit, other attributes, or is never recorded.
 *
 * `the API service exports no metric http_server_active_requests; of its 38 metrics, http_server_requests_active is the nearest`
 * `http_server_request_duration_seconds_count of the API service has no label http_route`
 */
export const serviceMetricDiffers = createServiceRule('service metric differs', (_, { subject, observation }) => {
  if (subject?.kind !== 'OTLP metric' || subject.isOwn) return undefined;
  const nearest = observation?.nearest;
  const metrics = subject.metric.split('|');
  if (nearest?.kind === 'other names') {
    const { names, count } = nearest;
    return {
      metrics,
      count,
      names,
      suffixed: names.filter((name) => metrics.some((one) => name.startsWith(`${one}_`))),
    };
  }
  if (nearest?.kind !== 'other labels') return undefined;
  const [found] = nearest.found;
  const labels = found === undefined ? [] : listOthers(nearest.wanted, found);
  // Whose it is is for other rules to say.
  if (labels.length === 0 || labels.some(({ label }) => label === 'service_name')) return undefined;
  return { metrics, labels };
});

function listOthers(wanted: Labels, found: Labels) {
  return Object.entries(wanted).flatMap(([label, value]) =>
    found[label] === value ? [] : [{ label, wanted: value, found: found[label] ?? '' }],
  );
}
