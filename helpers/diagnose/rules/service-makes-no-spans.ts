import { createServiceRule, isOf } from '../service-rule.ts';
import { listMakers } from '../span-makers.ts';
import { isLike, readShape, toKind } from '../span-shape.ts';

/** So many traces without such a span are no coincidence. */
const LEAST_TRACES = 3;

/**
 * None of the traces of the service has a span of a library that it uses, although no variable turns its instrumentation off.
 *
 * `the API service makes no spans of pg: none of its 12 newest traces has one, and its log does not name it as instrumented`
 */
export const serviceMakesNoSpans = createServiceRule('service makes no spans', (service, question) => {
  const { subject, observation, trace = [], recent = [] } = question;
  const shape = readShape(observation?.condition);
  if (subject?.kind !== 'trace' || shape === undefined) return undefined;
  const all = [...trace, ...recent].filter((found) => isOf(service, found));
  const traces = new Set(all.map(({ span }) => span.traceId)).size;
  if (traces < LEAST_TRACES || !all.some((found) => isLike(found, shape))) return undefined;
  // Whatever it is called: a name says which statement or command it is.
  const missing = shape.children.find((child) => !all.some((found) => isLike(found, toKind(child))));
  const [instrumentation] = missing === undefined ? [] : listMakers(missing);
  if (instrumentation === undefined) return undefined;
  const isEnabled = service.instrumentations?.includes(instrumentation);
  return { instrumentation, traces, ...(isEnabled !== undefined && { isEnabled }) };
});
