import { SERVICE_NAMES } from '../../run/part.ts';
import { createServiceRule } from '../service-rule.ts';

const MAX_NAMES = 3;

/**
 * Spans of the service have a parent that is not in their trace: it was never ended, or was dropped. A parent of the run's own is
 * in no trace, either: a criterion that sends one asks for no shape of spans.
 *
 * `the trace 4bf9… has spans of the API service whose parent never arrived: pg.query:SELECT game_scheduler`
 */
export const parentSpanMissing = createServiceRule(
  'parent span missing',
  ({ part }, { subject, observation, trace = [] }) => {
    if (subject?.kind !== 'trace' || observation?.condition.kind !== 'span') return undefined;
    const ids = new Set(trace.map(({ span }) => span.spanId));
    const orphans = trace.filter(
      ({ span, resource }) =>
        span.parentSpanId !== '' &&
        !ids.has(span.parentSpanId) &&
        resource.attributes.some(
          ({ key, value }) => key === 'service.name' && value?.stringValue === SERVICE_NAMES[part],
        ),
    );
    if (orphans.length === 0) return undefined;
    const children = [...new Set(orphans.map(({ span }) => span.name))].slice(0, MAX_NAMES);
    return { traceId: subject.traceId, children };
  },
);
