import { createUnsupportedError, describeIgnored } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { buildOtelLabels, getCounter, OTEL_LABELS } from '../../pipeline/instruments.ts';
import { fanOut } from '../../pipeline/otlp/fan-out.ts';
import { ALL_SIGNALS, SIGNALS } from '../../pipeline/otlp/signals.ts';
import type { Signal } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { OtlpReceiverArgs } from './block.ts';
import type { BatchHandler, Listener } from './http-receiver.ts';

/**
 * `otelcol.receiver.otlp`: receives OTLP over gRPC and HTTP and forwards it in the order of arrival. A port in use
 * makes the component unhealthy, as in Alloy, and nothing else. Without any output it does not listen.
 * @throws Error for `auth`: ignoring it would let everybody in
 */
export function createOtlpReceiver(args: OtlpReceiverArgs, context: ComponentContext): Instance {
  if (args.grpc?.auth !== undefined || args.http?.auth !== undefined) {
    throw createUnsupportedError('auth of otelcol.receiver.otlp');
  }
  if (args.http !== undefined && args.http.cors.allowed_origins.length > 0) {
    context.log('warn', describeIgnored('http > cors of otelcol.receiver.otlp'));
  }
  const next = fanOut(args.output);
  const hasOutput = ALL_SIGNALS.some((signal) => next[signal] !== undefined);
  const listeners: Listener[] = [];

  const acceptOver = (transport: 'grpc' | 'http'): Readonly<Record<Signal, BatchHandler | undefined>> => {
    const accept = (signal: Signal): BatchHandler | undefined => {
      const consumer = next[signal];
      if (consumer === undefined) {
        return undefined;
      }
      const count = countItems(context, signal, transport);
      return async (batch) => {
        if (batch.items === 0) {
          return;
        }
        try {
          await consumer(batch);
        } catch (error) {
          count(0, batch.items);
          throw error;
        }
        count(batch.items, 0);
      };
    };
    return { traces: accept('traces'), metrics: accept('metrics'), logs: accept('logs') };
  };

  const stop = async (graceMs: number): Promise<void> => {
    await Promise.all(listeners.splice(0).map((listener) => listener.stop(graceMs)));
  };

  return {
    exports: {},
    start: async () => {
      try {
        if (args.grpc !== undefined && hasOutput) {
          const { startGrpcReceiver } = await import('./grpc-receiver.ts');
          const listener = await startGrpcReceiver(args.grpc, acceptOver('grpc'));
          listeners.push(listener);
          context.log('info', 'Starting GRPC server', { endpoint: listener.address });
        }
        if (args.http !== undefined && hasOutput) {
          const { startHttpReceiver } = await import('./http-receiver.ts');
          const listener = await startHttpReceiver(args.http, acceptOver('http'));
          listeners.push(listener);
          context.log('info', 'Starting HTTP server', { endpoint: listener.address });
        }
        context.setHealth({ state: 'healthy', message: 'started scheduled components' });
      } catch (error) {
        const message = describeError(error);
        context.log('error', 'failed to start scheduled component', { err: message });
        await stop(0);
        context.setHealth({ state: 'unhealthy', message: `failed to start: ${message}` });
      }
    },
    stop,
  };
}

/** Counts accepted and refused items. The counters of a signal appear with its first request, as in Alloy. */
function countItems(
  context: ComponentContext,
  signal: Signal,
  transport: string,
): (accepted: number, refused: number) => void {
  const items = SIGNALS[signal].items;
  const what = items.replace('_', ' ');
  const labelNames = [...OTEL_LABELS, 'receiver', 'transport'];
  const getItemCounter = (outcome: string, help: string) =>
    getCounter(context.registry, `otelcol_receiver_${outcome}_${items}_total`, `Number of ${what} ${help}`, labelNames);
  const labels = { ...buildOtelLabels(context, 'receiver/receiverhelper'), receiver: `otlp/${context.id}`, transport };
  const accepted = getItemCounter('accepted', 'successfully pushed into the pipeline. [Alpha]');
  const refused = getItemCounter('refused', 'that could not be pushed into the pipeline. [Alpha]');
  const failed = getItemCounter(
    'failed',
    'that failed to be processed by the receiver due to internal errors. [Alpha]',
  );
  return (acceptedItems, refusedItems) => {
    accepted.inc(labels, acceptedItems);
    refused.inc(labels, refusedItems);
    // Alloy counts every failure as refused, by a default of the Collector.
    failed.inc(labels, 0);
  };
}
