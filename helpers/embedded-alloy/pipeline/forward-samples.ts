import type { MetricsConsumer, MetricsReceiver } from '../schema/capsules.ts';
import type { ComponentContext } from '../schema/component.ts';
import { createComponentCounter } from './instruments.ts';

/** Combines the receivers of `forward_to` into one consumer, which counts each sample once for each receiver. */
export function createForwarder(
  forwardTo: readonly (MetricsReceiver | undefined)[],
  context: ComponentContext,
): MetricsConsumer {
  const consumers = forwardTo.flatMap((receiver) => receiver?.consumer ?? []);
  const count = createComponentCounter(
    context,
    'prometheus_forwarded_samples_total',
    'Total number of samples sent to downstream components.',
  );
  return (samples) => {
    for (const consume of consumers) {
      consume(samples);
      count(samples.length);
    }
  };
}
