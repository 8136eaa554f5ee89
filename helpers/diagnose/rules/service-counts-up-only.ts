import { createServiceRule } from '../service-rule.ts';

/**
 * A gauge that should fall has risen since the question was asked, and never fallen: the service adds to it and takes nothing off.
 *
 * `http_server_active_requests of the API service only rises: 16, 37, 60`
 *
 * Or it is below 0 in one of its series: what is taken off has other attributes than what was added.
 */
export const serviceCountsUpOnly = createServiceRule(
  'service counts up only',
  (_, { subject, observation, course }) => {
    if (subject?.kind !== 'OTLP metric' || observation?.condition.kind !== 'value' || course === undefined)
      return undefined;
    const { seen, condition } = observation;
    const [lowest = 0] = seen.kind === 'values' ? seen.values : [];
    if (condition.is === 'at least' && condition.value === 0 && lowest < 0)
      return { metric: subject.metric, values: [lowest] };
    // A counter rises, and has no upper limit.
    if (!['below', 'at most'].includes(condition.is)) return undefined;
    const values = course.filter((value, n) => n === 0 || value !== course[n - 1]);
    const isRising = values.every((value, n) => n === 0 || value > (values[n - 1] ?? 0));
    const last = values.at(-1) ?? 0;
    return isRising && last > condition.value ? { metric: subject.metric, values: values.slice(-4) } : undefined;
  },
);
