import { describeError } from '../../language/describe-error.ts';
import type { OtelcolConsumer, Signal } from '../../schema/capsules.ts';

type Output = Readonly<Record<Signal, readonly (OtelcolConsumer | undefined)[]>>;

/** The error of a consumer that has no output for a signal: Alloy's receivers refuse it with this message. */
export const SIGNAL_NOT_SUPPORTED = 'telemetry type is not supported';

/**
 * Combines the consumers of each signal in `output` into one. All of them get every batch; if any rejects it, the
 * combined consumer rejects it once all are done, with the messages of all that did.
 */
export function fanOut(output: Output): Readonly<Record<Signal, OtelcolConsumer | undefined>> {
  return { traces: toAll(output.traces), metrics: toAll(output.metrics), logs: toAll(output.logs) };
}

function toAll(consumers: Output[Signal]): OtelcolConsumer | undefined {
  const present = consumers.filter((consumer) => consumer !== undefined);
  const [only] = present;
  if (present.length <= 1) {
    return only;
  }
  return async (batch) => {
    const outcomes = await Promise.allSettled(present.map((consumer) => consumer(batch)));
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (reasons.length > 0) {
      throw new Error(reasons.map(describeError).join('; '));
    }
  };
}
