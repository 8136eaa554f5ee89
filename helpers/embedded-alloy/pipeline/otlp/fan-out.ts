import type { OtelcolConsumer, Signal } from '../../schema/capsules.ts';

type Output = Readonly<Record<Signal, readonly (OtelcolConsumer | undefined)[]>>;

/**
 * Combines the consumers of each signal in `output` into one. All of them get every batch; if any rejects it, the
 * combined consumer rejects it once all are done.
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
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  };
}
