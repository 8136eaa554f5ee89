import { block, optional } from '../schema.ts';
import { bool, duration, float } from '../types.ts';

/** `retry_on_failure` of an `otelcol.exporter.*` component. */
export const retryOnFailure = block(
  {
    enabled: optional(bool, true),
    initial_interval: optional(duration, 5_000),
    randomization_factor: optional(float, 0.5),
    multiplier: optional(float, 1.5),
    max_interval: optional(duration, 30_000),
    max_elapsed_time: optional(duration, 300_000),
  },
  (args) => {
    if (args.multiplier <= 1) {
      return 'multiplier must be greater than 1.0';
    }
    return args.randomization_factor < 0 ? 'randomization_factor must be greater or equal to 0' : undefined;
  },
);
