import type { OtelcolConsumer, Signal } from '../../schema/capsules.ts';

type Output = Readonly<Record<Signal, readonly (OtelcolConsumer | undefined)[]>>;

/**
 * One consumer for each signal that `output` names consumers for. Each gets every batch; a rejection of any of them,
 * after all have had it, is the rejection of the whole.
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
