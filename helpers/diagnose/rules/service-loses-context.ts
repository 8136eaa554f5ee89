import type { Condition } from '../../findings/evidence.ts';
import { SPAN_KINDS } from '../../otlp/schema.ts';
import { createServiceRule, isOf, readList, readVariable } from '../service-rule.ts';

/**
 * The trace context does not reach the service, or leave it: it has no propagator for that of W3C; or, where a trace has to cross
 * services, it has consumed messages in traces of its own.
 *
 * `the bot service neither takes nor passes on the W3C trace context: OTEL_PROPAGATORS=b3`
 */
export const serviceLosesContext = createServiceRule('service loses context', (service, question) => {
  const { subject, observation, services, recent = [] } = question;
  const isShared =
    services.length > 1 || observation?.condition.kind === 'stated' || isWithMessage(observation?.condition);
  if (subject?.kind !== 'delivery' && !(subject?.kind === 'trace' && isShared)) return undefined;
  const set = readVariable(service, 'OTEL_PROPAGATORS');
  if (set?.value !== undefined && !readList(service, 'OTEL_PROPAGATORS').includes('tracecontext')) return { set };
  // Those of the run itself are parts of traces, too.
  if (service.telemetry?.propagated.includes('traceparent') === false) return { isUnregistered: true as const };
  const own = recent.filter(
    (found) =>
      isOf(service, found) && found.span.parentSpanId === '' && SPAN_KINDS[found.span.kind] === 'SPAN_KIND_CONSUMER',
  );
  // The context has arrived, and is not used as the parent.
  if (own.some(({ span }) => span.links.length > 0)) return { isLinked: true as const };
  const hasOwnTraces = own.length > 0;
  // Another service may be what passes nothing on: then it says so itself.
  const isExplained = services.some((one) => readList(one, 'OTEL_PROPAGATORS').length > 0);
  return services.length > 1 && hasOwnTraces && !isExplained ? {} : undefined;
});

/** Whether a span has to have an event beside it that waited elsewhere in between. */
function isWithMessage(condition: Condition | undefined): boolean {
  return condition?.kind === 'span' && condition.shape.includes('"messaging.');
}
