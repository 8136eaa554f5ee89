import { describeIgnored } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { buildOtelLabels, getCounter, getGauge, getHistogram, OTEL_LABELS } from '../../pipeline/instruments.ts';
import { type Batcher, createBatcher, type Trigger } from '../../pipeline/otlp/batcher.ts';
import { fanOut, SIGNAL_NOT_SUPPORTED } from '../../pipeline/otlp/fan-out.ts';
import { ALL_SIGNALS } from '../../pipeline/otlp/signals.ts';
import type { OtlpBatch, Signal } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { BatchProcessorArgs } from './block.ts';

/**
 * `otelcol.processor.batch`: collects each signal and forwards it in fewer, larger batches. What the next component
 * refuses is dropped and logged, as in Alloy. A signal without an output is refused. Stopping it flushes what it holds.
 */
export function createBatchProcessor(args: BatchProcessorArgs, context: ComponentContext): Instance {
  if (args.metadata_keys.length > 0) {
    context.log('warn', describeIgnored('metadata_keys of otelcol.processor.batch'));
  }
  const next = fanOut(args.output);
  const supported = ALL_SIGNALS.filter((signal) => next[signal] !== undefined);
  const count = createBatchMetrics(context, supported.length);
  const batchers = new Map<Signal, Batcher>();
  for (const signal of ALL_SIGNALS) {
    const consumer = next[signal];
    if (consumer !== undefined) {
      const send = async (batch: OtlpBatch, trigger: Trigger): Promise<void> => {
        try {
          await consumer(batch);
          count(batch, trigger);
        } catch (error) {
          context.log('warn', 'Sender failed', { error: describeError(error) });
        }
      };
      batchers.set(
        signal,
        createBatcher({
          minItems: args.send_batch_size,
          maxItems: args.send_batch_max_size,
          timeoutMs: args.timeout,
          send,
        }),
      );
    }
  }
  const consume = async (batch: OtlpBatch): Promise<void> => {
    const batcher = batchers.get(batch.signal);
    if (batcher === undefined) {
      throw new Error(SIGNAL_NOT_SUPPORTED);
    }
    await batcher.add(batch);
  };
  return {
    exports: { input: { capsule: 'otelcol', consumer: consume } },
    start: async () => {
      for (const batcher of batchers.values()) {
        batcher.start();
      }
      context.setHealth({ state: 'healthy', message: 'started scheduled components' });
    },
    stop: async (graceMs) => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([late, Promise.all([...batchers.values()].map((batcher) => batcher.stop()))]);
    },
  };
}

const SIZES = [
  10, 25, 50, 75, 100, 250, 500, 750, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 20000, 30000, 50000,
  100000,
];
const BYTES = [
  10, 25, 50, 75, 100, 250, 500, 750, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 20_000, 30_000,
  50_000, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 1_000_000, 2_000_000,
  3_000_000, 4_000_000, 5_000_000, 6_000_000, 7_000_000, 8_000_000, 9_000_000,
];

function createBatchMetrics(context: ComponentContext, signals: number): (batch: OtlpBatch, trigger: Trigger) => void {
  const { registry } = context;
  const names = [...OTEL_LABELS, 'processor'];
  const labels = { ...buildOtelLabels(context, 'processor/batchprocessor'), processor: `batch/${context.id}` };
  const size = getHistogram(
    registry,
    'otelcol_processor_batch_batch_send_size',
    'Number of units in the batch [Development]',
    names,
    SIZES,
  );
  const bytes = getHistogram(
    registry,
    'otelcol_processor_batch_batch_send_size_bytes',
    'Number of bytes in batch that was sent. Only available on detailed level. [Development]',
    names,
    BYTES,
  );
  const bySize = getCounter(
    registry,
    'otelcol_processor_batch_batch_size_trigger_send_total',
    'Number of times the batch was sent due to a size trigger [Development]',
    names,
  );
  const byTime = getCounter(
    registry,
    'otelcol_processor_batch_timeout_trigger_send_total',
    'Number of times the batch was sent due to a timeout trigger [Development]',
    names,
  );
  // Alloy runs a processor for each signal, and each has one combination.
  if (signals > 0) {
    getGauge(
      registry,
      'otelcol_processor_batch_metadata_cardinality',
      'Number of distinct metadata value combinations being processed [Development]',
      names,
    ).set(labels, signals);
  }
  return (batch, trigger) => {
    size.observe(labels, batch.items);
    bytes.observe(labels, batch.body.length);
    (trigger === 'size' ? bySize : byTime).inc(labels);
  };
}
