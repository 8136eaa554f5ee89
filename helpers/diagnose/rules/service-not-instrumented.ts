import { createServiceRule, readList, readVariable, type ServiceQuestion } from '../service-rule.ts';
import { listMakers } from '../span-makers.ts';
import { readShape } from '../span-shape.ts';

/**
 * The instrumentation that makes what a criterion looks for is off in the service.
 *
 * `the instrumentation of pg is off in the API service: OTEL_NODE_DISABLED_INSTRUMENTATIONS=pg`
 */
export const serviceNotInstrumented = createServiceRule('service not instrumented', (service, question) => {
  const [ENABLED, DISABLED] = ['OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'];
  const [enabled, disabled] = [readList(service, ENABLED), readList(service, DISABLED)];
  for (const instrumentation of listNeeded(question)) {
    const isLeftOut = enabled.length > 0 && !enabled.includes(instrumentation);
    const variable = disabled.includes(instrumentation) ? DISABLED : isLeftOut ? ENABLED : undefined;
    const set = variable === undefined ? undefined : readVariable(service, variable);
    if (set !== undefined) return { instrumentation, set };
  }
  return undefined;
});

/** The instrumentations that make what is asked for, by the names of `@opentelemetry/auto-instrumentations-node`. */
function listNeeded({ subject, observation }: ServiceQuestion): string[] {
  const shape = readShape(observation?.condition);
  switch (subject?.kind) {
    case 'logs':
      return ['pino'];
    case 'delivery':
      return ['http', 'pino'];
    case 'OTLP metric':
      return /^http_server_request_duration/.test(subject.metric) ? ['http'] : [];
    case 'traces':
      return /\buser_agent\b/.test(subject.query) ? ['http'] : [];
    case 'trace':
      return shape === undefined ? [] : listMakers(shape);
    default:
      return [];
  }
}
