import { createServiceRule } from '../service-rule.ts';

/**
 * The service says that it has no context manager, so that its spans have no children and its logs no trace ID.
 *
 * `the API service keeps no context: no span, log or metric of it knows the span around it`
 */
export const serviceKeepsNoContext = createServiceRule('service keeps no context', ({ telemetry }, { signals }) =>
  signals.length > 0 && telemetry?.isContextKept === false ? {} : undefined,
);
