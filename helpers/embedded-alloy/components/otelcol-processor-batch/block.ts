import { consumers, debugMetrics } from '../../schema/blocks/otelcol.ts';
import { block, type DecodedBlock, defaultedBlock, optional, requiredBlock } from '../../schema/schema.ts';
import { duration, list, string, uint32 } from '../../schema/types.ts';

/** `otelcol.processor.batch` (Alloy 1.18 reference). A size of 0 means no limit. */
export const batchProcessorBlock = block(
  {
    timeout: optional(duration, 200),
    send_batch_size: optional(uint32, 2000),
    send_batch_max_size: optional(uint32, 3000),
    metadata_keys: optional(list(string)),
    metadata_cardinality_limit: optional(uint32, 1000),
    output: requiredBlock(consumers),
    debug_metrics: defaultedBlock(debugMetrics),
  },
  (args) =>
    args.send_batch_max_size > 0 && args.send_batch_max_size < args.send_batch_size
      ? 'send_batch_max_size must be greater or equal to send_batch_size when not 0'
      : undefined,
);

export type BatchProcessorArgs = DecodedBlock<typeof batchProcessorBlock>;
