import { block, optional } from '../schema.ts';
import { list, otelcolConsumer } from '../types.ts';

/** `output` of an `otelcol.*` component: where each signal goes. */
export const consumers = block({
  metrics: optional(list(otelcolConsumer)),
  logs: optional(list(otelcolConsumer)),
  traces: optional(list(otelcolConsumer)),
});
