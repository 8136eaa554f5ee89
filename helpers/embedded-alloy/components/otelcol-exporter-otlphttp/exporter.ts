import { createUnsupportedError, describeIgnored } from '../../identity.ts';
import { parseUrl } from '../../pipeline/http/url-parts.ts';
import { createExporter, type Target } from '../../pipeline/otlp/exporter.ts';
import type { Signal } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import { checkUrl } from '../../schema/url.ts';
import type { OtlpHttpExporterArgs } from './block.ts';
import { createHttpPush } from './http-push.ts';

/**
 * `otelcol.exporter.otlphttp`: sends each signal to its path below the endpoint (OTLP 1.x, "OTLP/HTTP").
 * @throws Error `endpoint must be a valid URL`, as Alloy does, for an endpoint that can't be parsed
 */
export function createOtlpHttpExporter(args: OtlpHttpExporterArgs, context: ComponentContext): Instance {
  const { client } = args;
  if (client.proxy_url !== '') {
    throw createUnsupportedError('client > proxy_url of otelcol.exporter.otlphttp');
  }
  if (client.cookies?.enabled === true) {
    context.log('warn', describeIgnored('client > cookies of otelcol.exporter.otlphttp'));
  }
  if (args.sending_queue.batch?.sizer === 'bytes') {
    context.log('warn', describeIgnored('sending_queue > batch by bytes of otelcol.exporter.otlphttp'));
  }
  const urls = buildSignalUrls(args);
  const { sending_queue: queue, retry_on_failure: retry } = args;
  const target = (signal: Signal): Target => readTarget(urls[signal]);
  return createExporter(
    { type: 'otlp_http', target, queue, retry, ...createHttpPush(args, urls, context.log) },
    context,
  );
}

/** The URL as metric labels, without an implied port and without an empty path. */
function readTarget(url: string): Target {
  const { host, port, path } = parseUrl(url);
  return {
    server_address: host,
    ...(port !== '' && { server_port: port }),
    ...(path !== '' && { url_path: path }),
  };
}

function buildSignalUrls(args: OtlpHttpExporterArgs): Readonly<Record<Signal, string>> {
  const { endpoint } = args.client;
  const base = endpoint.endsWith('/') ? endpoint : `${endpoint}/`;
  const buildUrl = (signal: Signal): string => {
    const own = args[`${signal}_endpoint`];
    const url = own === '' ? `${base}v1/${signal}` : own;
    if (!isUrl(url)) {
      throw new Error(`${own === '' ? 'endpoint' : `${signal}_endpoint`} must be a valid URL`);
    }
    return url;
  };
  return { traces: buildUrl('traces'), metrics: buildUrl('metrics'), logs: buildUrl('logs') };
}

function isUrl(text: string): boolean {
  try {
    checkUrl(text);
    return true;
  } catch {
    return false;
  }
}
