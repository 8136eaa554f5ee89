import { block, optional, optionalBlock } from '../schema.ts';
import { bool, duration, int, storageHandler, string } from '../types.ts';

const sizers = ['bytes', 'items', 'requests'];

const batch = block(
  {
    flush_timeout: optional(duration, 200),
    min_size: optional(int, 2000),
    max_size: optional(int, 3000),
    sizer: optional(string, 'items'),
  },
  (args) => {
    if (args.sizer !== 'items' && args.sizer !== 'bytes') {
      return '`batch` supports only `items` or `bytes` sizer';
    }
    if (args.flush_timeout <= 0) {
      return '`flush_timeout` must be positive';
    }
    if (args.min_size < 0) {
      return '`min_size` must be non-negative';
    }
    if (args.max_size < 0) {
      return '`max_size` must be non-negative';
    }
    return args.max_size > 0 && args.max_size < args.min_size
      ? '`max_size` must be greater or equal to `min_size`'
      : undefined;
  },
);

/** `sending_queue` of an `otelcol.exporter.*` component. */
export const sendingQueue = block(
  {
    enabled: optional(bool, true),
    num_consumers: optional(int, 10),
    queue_size: optional(int, 1000),
    block_on_overflow: optional(bool),
    sizer: optional(string, 'requests'),
    wait_for_result: optional(bool),
    batch: optionalBlock(batch),
    storage: optional(storageHandler),
  },
  (args) => {
    if (!args.enabled) {
      return undefined;
    }
    if (args.queue_size <= 0) {
      return 'queue_size must be greater than zero';
    }
    if (!sizers.includes(args.sizer)) {
      return `invalid sizer: ${args.sizer}`;
    }
    return args.batch?.sizer === args.sizer && args.batch.min_size > args.queue_size
      ? '`min_size` must be less than or equal to `queue_size`'
      : undefined;
  },
);
