import { describeError } from '../../language/describe-error.ts';
import type { OtlpBatch, Signal } from '../../schema/capsules.ts';
import type { ComponentContext, Instance, Logger } from '../../schema/component.ts';
import { formatDuration } from '../../schema/duration.ts';
import { buildOtelLabels, getCounter, getGauge, OTEL_LABELS } from '../instruments.ts';
import { createBatcher } from './batcher.ts';
import { ExportError, toExportError } from './export-error.ts';
import { type RetryArgs, sendWithRetry } from './retry.ts';
import { createSendingQueue, type QueueArgs } from './sending-queue.ts';
import { ALL_SIGNALS, SIGNALS } from './signals.ts';

/** The parts that differ between exporters. Queue, retries and metrics are the same for all. */
export type ExporterParts = {
  /** The name of the exporter in the Collector and its metrics: `otlp_http`. */
  readonly type: string;
  /** The target of a signal, as the metrics of sent and failed items show it. */
  readonly target: (signal: Signal) => Target;
  readonly queue: QueueArgs;
  readonly retry: RetryArgs;
  /** Prepares to push. If it rejects, the component does not start. */
  readonly open?: () => Promise<void>;
  /** Makes one attempt. @throws ExportError */
  readonly push: (batch: OtlpBatch, shutdown: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The target of an exporter as metric labels; unknown ones are missing. */
export type Target = { readonly server_address?: string; readonly server_port?: string; readonly url_path?: string };

const SCOPE = 'exporter/exporterhelper';
const TARGET_LABELS: readonly (keyof Target)[] = ['server_address', 'server_port', 'url_path'];

/**
 * Creates an `otelcol.exporter.*` component around `push`: its `input`, a queue per signal, retries, and the log lines
 * and metrics of the Collector's exporter helper. Stopping it makes one more attempt for what it holds.
 */
export function createExporter(parts: ExporterParts, context: ComponentContext): Instance {
  const shutdown = new AbortController();
  const pipelines = new Map(ALL_SIGNALS.map((signal) => [signal, createPipeline(signal, parts, context, shutdown)]));
  let opened = true;
  const consume = async (batch: OtlpBatch): Promise<void> => {
    if (!opened) {
      throw new Error('context canceled');
    }
    await pipelines.get(batch.signal)?.consume(batch);
  };
  const open = async (): Promise<void> => {
    try {
      await parts.open?.();
    } catch (error) {
      opened = false;
      const err = describeError(error);
      context.log('error', 'failed to start scheduled component', { err });
      // Alloy starts one exporter per signal and reports all three errors.
      throw new Error(`no components started successfully: ${ALL_SIGNALS.map(() => err).join('; ')}`);
    }
  };
  return {
    exports: { input: { capsule: 'otelcol', consumer: consume } },
    start: async () => {
      await open();
      for (const pipeline of pipelines.values()) {
        pipeline.start();
      }
      context.setHealth({ state: 'healthy', message: 'started scheduled components' });
    },
    stop: async (graceMs) => {
      shutdown.abort();
      const late = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([late, Promise.all([...pipelines.values()].map((pipeline) => pipeline.stop()))]);
      for (const pipeline of pipelines.values()) {
        pipeline.reportLost();
      }
      await parts.close();
    },
  };
}

type Pipeline = {
  readonly consume: (batch: OtlpBatch) => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  readonly reportLost: () => void;
};

function createPipeline(
  signal: Signal,
  parts: ExporterParts,
  context: ComponentContext,
  shutdown: AbortController,
): Pipeline {
  const count = createExportMetrics(signal, parts, context);
  const advice = buildAdvice(parts);

  const attempt = async (batch: OtlpBatch): Promise<void> => {
    try {
      await sendWithRetry(
        () => parts.push(batch, shutdown.signal),
        parts.retry,
        shutdown.signal,
        (error, delayMs) => {
          const interval = formatDuration(Math.round(delayMs));
          context.log('info', 'Exporting failed. Will retry the request after interval.', {
            error: error.message,
            interval,
          });
        },
      );
      count.sent(batch.items);
    } catch (error) {
      const failure = toExportError(error);
      count.sent(0);
      count.failed(batch.items, failure);
      throw failure;
    }
  };

  if (!parts.queue.enabled) {
    const consume = async (batch: OtlpBatch): Promise<void> => {
      try {
        await attempt(batch);
      } catch (error) {
        reject(context, advice, error, batch);
        throw error;
      }
    };
    return { consume, start: () => {}, stop: async () => {}, reportLost: () => {} };
  }

  const queue = createSendingQueue(
    parts.queue,
    async (batch) => {
      try {
        await attempt(batch);
        return undefined;
      } catch (error) {
        context.log('error', `Exporting failed. Dropping data.${advice}`, {
          error: toExportError(error).message,
          dropped_items: batch.items,
        });
        return error;
      }
    },
    count.queued,
  );
  const offer = async (batch: OtlpBatch): Promise<void> => {
    try {
      await queue.offer(batch);
    } catch (error) {
      if (!(error instanceof ExportError)) {
        count.refused(batch.items);
      }
      reject(context, advice, error, batch);
      throw error;
    }
  };
  const { batch: batching } = parts.queue;
  const batcher =
    batching &&
    createBatcher({
      minItems: batching.sizer === 'items' ? batching.min_size : 0,
      maxItems: batching.sizer === 'items' ? batching.max_size : 0,
      timeoutMs: batching.flush_timeout,
      send: (batch) => offer(batch).catch(() => {}),
    });
  return {
    consume: batcher?.add ?? offer,
    start: () => {
      count.capacity(parts.queue.queue_size);
      count.queued(0);
      batcher?.start();
    },
    stop: async () => {
      await batcher?.stop();
      await queue.drained();
    },
    reportLost: () => {
      if (queue.size() > 0) {
        context.log('error', 'Exporting failed. Dropping data.', {
          error: 'interrupted due to shutdown',
          dropped_batches: queue.size(),
          signal,
        });
      }
    },
  };
}

/** The hint that Alloy adds to each failure. */
function buildAdvice({ retry, queue }: ExporterParts): string {
  const retries = retry.enabled ? '' : ' Try enabling retry_on_failure config option to retry on retryable errors.';
  return queue.enabled ? retries : `${retries} Try enabling sending_queue to survive temporary failures.`;
}

function reject(context: ComponentContext, advice: string, error: unknown, batch: OtlpBatch): void {
  context.log('error', `Exporting failed. Rejecting data.${advice}`, {
    error: toExportError(error).message,
    rejected_items: batch.items,
  });
}

function createExportMetrics(signal: Signal, { type, target }: ExporterParts, context: ComponentContext) {
  const items = SIGNALS[signal].items;
  const what = items.replace('_', ' ');
  const { registry } = context;
  const names = [...OTEL_LABELS, 'exporter'];
  const labels = { ...buildOtelLabels(context, SCOPE), exporter: `${type}/${context.id}` };
  const targetLabels = { ...labels, ...target(signal) };
  const queueLabels = { ...labels, data_type: signal };
  const sent = getCounter(
    registry,
    `otelcol_exporter_sent_${items}_total`,
    `Number of ${what} successfully sent to destination. [Alpha]`,
    [...names, ...TARGET_LABELS],
  );
  const failed = getCounter(
    registry,
    `otelcol_exporter_send_failed_${items}_total`,
    `Number of ${what} in failed attempts to send to destination. [Alpha]`,
    [...names, ...TARGET_LABELS, 'error_permanent', 'error_type'],
  );
  const refused = getCounter(
    registry,
    `otelcol_exporter_enqueue_failed_${items}_total`,
    `Number of ${what} failed to be added to the sending queue. [Alpha]`,
    names,
  );
  const size = getGauge(
    registry,
    'otelcol_exporter_queue_size',
    'Current size of the retry queue (in batches). [Alpha]',
    [...names, 'data_type'],
  );
  const capacity = getGauge(
    registry,
    'otelcol_exporter_queue_capacity',
    'Fixed capacity of the retry queue (in batches). [Alpha]',
    [...names, 'data_type'],
  );
  return {
    sent: (count: number) => sent.inc(targetLabels, count),
    failed: (count: number, error: ExportError) =>
      failed.inc({ ...targetLabels, error_permanent: String(error.permanent), error_type: error.type }, count),
    refused: (count: number) => refused.inc(labels, count),
    queued: (count: number) => size.set(queueLabels, count),
    capacity: (count: number) => capacity.set(queueLabels, count),
  };
}

/** The part of an export that a backend rejected, and its message. */
export type PartialSuccess = { readonly message: string; readonly dropped: number };

/** Logs, as Alloy does, rejected items or a message from the backend. */
export function warnAboutPartialSuccess(log: Logger, signal: Signal, { message, dropped }: PartialSuccess): void {
  if (dropped > 0 || message !== '') {
    const items = signal === 'metrics' ? 'data_points' : SIGNALS[signal].items;
    log('warn', 'Partial success response', { message, [`dropped_${items}`]: dropped });
  }
}
