import { listReferences, type WrittenBlock } from '../../flow/configuration-text.ts';
import { locate } from '../../flow/place.ts';
import { createRule } from '../rule.ts';

/**
 * A component on the way of the signal passes it on to none. A real Alloy then doesn't build that pipeline, and its receiver
 * refuses the signal.
 *
 * `otelcol.processor.batch.services has no output for traces (grafana-alloy/config.alloy:35)`
 */
export const signalWithoutOutput = createRule('signal without output', ({ flow, stop }) => {
  if (flow === undefined || stop?.of !== 'signal' || stop.at !== 'dead end') return undefined;
  const { component } = stop;
  const example = findOtherOutput(component.written);
  return { signal: stop.signal, place: locate(flow, component), ...(example && { example }) };
});

/** Where the component passes another signal on to: the same will do. */
function findOtherOutput(block: WrittenBlock | undefined): string | undefined {
  const outputs = block?.blocks.find(({ name }) => name === 'output')?.attributes ?? [];
  return outputs.find((attribute) => listReferences(attribute).length > 0)?.expression;
}
