import { createUnsupportedError, describeIgnored } from '../../identity.ts';
import { createExporter } from '../../pipeline/otlp/exporter.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import type { OtlpExporterArgs } from './block.ts';
import { readTarget } from './endpoint.ts';
import { createGrpcPush } from './grpc-push.ts';

/**
 * `otelcol.exporter.otlp`: sends each signal to its collector service (OTLP 1.x, "OTLP/gRPC"). As in Alloy, `auth` over
 * clear text ends the component, while Alloy keeps running and reports itself healthy.
 */
export function createOtlpExporter(args: OtlpExporterArgs, context: ComponentContext): Instance {
  const { client, sending_queue: queue, retry_on_failure: retry } = args;
  if (client.compression === 'zstd' || client.compression === 'snappy') {
    throw createUnsupportedError(`client > compression "${client.compression}" of otelcol.exporter.otlp`);
  }
  if (queue.batch?.sizer === 'bytes') {
    context.log('warn', describeIgnored('sending_queue > batch by bytes of otelcol.exporter.otlp'));
  }
  const target = readTarget(client.endpoint);
  return createExporter(
    { type: 'otlp_grpc', target: () => target, queue, retry, ...createGrpcPush(args, context.log) },
    context,
  );
}
