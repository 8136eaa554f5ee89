import type { ComponentContext, Instance } from '../../component.ts';
import { createExporter, type Target } from '../../otlp/exporter.ts';
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
  const urls = signalUrls(args);
  const { sending_queue: queue, retry_on_failure: retry } = args;
  const target = (signal: Signal): Target => targetOf(urls[signal]);
  return createExporter(
    { type: 'otlp_http', target, queue, retry, ...createHttpPush(args, urls, context.log) },
    context,
  );
}

/** The port as it is written: one that the scheme implies is not told. */
function targetOf(url: string): Target {
  const { hostname, pathname } = new URL(url);
  const port = /^\w+:\/\/[^/?#]*:(\d+)(?=[/?#]|$)/.exec(url)?.[1];
  return {
    server_address: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== undefined && { server_port: port }),
    url_path: pathname,
  };
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
