import type { retryOnFailure } from '../../schema/blocks/otelcol.ts';
import type { DecodedBlock } from '../../schema/schema.ts';
import { pause } from '../pause.ts';
import { ExportError, toExportError } from './export-error.ts';

/** The `retry_on_failure` block. */
export type RetryArgs = DecodedBlock<typeof retryOnFailure>;

/**
 * Runs `attempt` until it succeeds, as `retry_on_failure` configures: delays grow by `multiplier`, vary by
 * `randomization_factor`, and are at least as long as the server asked for. @throws ExportError if the failure is
 * permanent, the time is up (`max_elapsed_time`, 0 for no limit) or `shutdown` is aborted; its message says which
 */
export async function sendWithRetry(
  attempt: () => Promise<void>,
  args: RetryArgs,
  shutdown: AbortSignal,
  onRetry: (error: ExportError, delayMs: number) => void,
): Promise<void> {
  if (!args.enabled) {
    await attempt();
    return;
  }
  const deadline = args.max_elapsed_time > 0 ? Date.now() + args.max_elapsed_time : Number.POSITIVE_INFINITY;
  for (let interval = args.initial_interval; ; interval = Math.min(interval * args.multiplier, args.max_interval)) {
    try {
      await attempt();
      return;
    } catch (thrown) {
      const error = toExportError(thrown);
      if (error.permanent) {
        throw toExportError(error, 'not retryable error: ');
      }
      const spread = interval * args.randomization_factor * (2 * Math.random() - 1);
      const delayMs = Math.max(interval + spread, error.retryAfterMs);
      if (Date.now() + delayMs > deadline) {
        throw toExportError(error, 'no more retries left: ');
      }
      if (shutdown.aborted) {
        throw createShutdownError(error);
      }
      onRetry(error, delayMs);
      await pause(delayMs, shutdown);
      if (shutdown.aborted) {
        throw createShutdownError(error);
      }
    }
  }
}

function createShutdownError(error: ExportError): ExportError {
  return new ExportError(`interrupted due to shutdown: ${error.message}`, { type: 'Shutdown' });
}
