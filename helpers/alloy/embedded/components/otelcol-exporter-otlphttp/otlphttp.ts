import type { ComponentContext, Instance } from '../../component.ts';
import { createExporter } from '../../otlp/exporter.ts';
import type { Signal } from '../../otlp/signals.ts';
import { ignored, unsupported } from '../../unsupported.ts';
import type { OtlpHttpExporterArgs } from './block.ts';
import { createHttpPush } from './http-push.ts';

/**
 * `otelcol.exporter.otlphttp`: sends each signal to its path below the endpoint (OTLP 1.x, "OTLP/HTTP").
 * @throws Error `endpoint must be a valid URL` for one without a scheme, as a real Alloy refuses to start with it.
 */
export function createOtlphttp(args: OtlpHttpExporterArgs, context: ComponentContext): Instance {
  const { client } = args;
  if (client.proxy_url !== '') {
    throw unsupported('client > proxy_url of otelcol.exporter.otlphttp');
  }
  if (client.cookies?.enabled === true) {
    context.log('warn', ignored('client > cookies of otelcol.exporter.otlphttp'));
  }
  if (args.sending_queue.batch?.sizer === 'bytes') {
    context.log('warn', ignored('sending_queue > batch by bytes of otelcol.exporter.otlphttp'));
  }
  const push = createHttpPush(args, signalUrls(args), context.log);
  return createExporter(
    { type: 'otlp_http', queue: args.sending_queue, retry: args.retry_on_failure, ...push },
    context,
  );
}

function signalUrls(args: OtlpHttpExporterArgs): Readonly<Record<Signal, string>> {
  const { endpoint } = args.client;
  const base = endpoint.endsWith('/') ? endpoint : `${endpoint}/`;
  const urlOf = (signal: Signal): string => {
    const own = args[`${signal}_endpoint`];
    const url = own === '' ? `${base}v1/${signal}` : own;
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      throw new Error(`${own === '' ? 'endpoint' : `${signal}_endpoint`} must be a valid URL`);
    }
    return url;
  };
  return { traces: urlOf('traces'), metrics: urlOf('metrics'), logs: urlOf('logs') };
}
