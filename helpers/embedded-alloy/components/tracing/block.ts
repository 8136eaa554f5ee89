import { block, defaultedBlock, optional, optionalBlock } from '../../schema/schema.ts';
import { bool, duration, float, int, list, otelcolConsumer, string } from '../../schema/types.ts';

const jaegerRemote = block({
  url: optional(string, 'http://127.0.0.1:5778/sampling'),
  max_operations: optional(int, 256),
  refresh_interval: optional(duration, 60_000),
});

/** The `tracing` config block (Alloy 1.18 reference): accepted; this engine makes no spans of its own. */
export const tracingBlock = block({
  sampling_fraction: optional(float, 0.1),
  send_traceparent: optional(bool),
  sampler: defaultedBlock(block({ jaeger_remote: optionalBlock(jaegerRemote) })),
  write_to: optional(list(otelcolConsumer)),
});
