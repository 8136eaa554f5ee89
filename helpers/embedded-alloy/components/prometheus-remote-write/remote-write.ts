import { createHash } from 'node:crypto';
import { createUnsupportedError } from '../../identity.ts';
import { describeError } from '../../language/describe-error.ts';
import { quote } from '../../language/syntax/quote.ts';
import type { ScrapedSample } from '../../schema/capsules.ts';
import type { ComponentContext, Instance } from '../../schema/component.ts';
import { checkUrl, hidePassword } from '../../schema/url.ts';
import type { RemoteWriteArgs, RemoteWriteEndpoint } from './block.ts';
import { createEndpointQueue } from './endpoint-queue.ts';
import { createAppendMetrics } from './remote-metrics.ts';

/**
 * `prometheus.remote_write`: sends series to each endpoint (remote write 1.0). Samples from before its creation are not
 * sent: Alloy reads its write-ahead log from that moment on.
 * @throws Error with Alloy's message for a URL that can't be parsed; a URL to which nothing can be sent is accepted
 */
export function createRemoteWrite(args: RemoteWriteArgs, context: ComponentContext): Instance {
  for (const endpoint of args.endpoint) {
    refuseUnsupported(endpoint);
    refuseBrokenUrl(endpoint.url);
  }
  const queues = args.endpoint.map((endpoint) =>
    createEndpointQueue(endpoint, nameEndpoint(endpoint), args.external_labels, context),
  );
  const count = createAppendMetrics(context);
  const startedAt = Date.now();
  let running = true;

  const consume = (samples: readonly ScrapedSample[]): void => {
    if (!running) {
      return;
    }
    count.appended(samples.length);
    const committed = samples.filter(({ rolledBack }) => rolledBack !== true);
    count.committed(committed.length);
    const current = committed.filter(({ timestamp }) => timestamp >= startedAt);
    if (current.length > 0) {
      for (const queue of queues) {
        queue.append(current);
      }
    }
  };

  return {
    exports: { receiver: { capsule: 'metrics', name: `${context.id}.receiver`, consumer: consume } },
    start: async () => context.setHealth({ state: 'healthy', message: 'started component' }),
    stop: async (graceMs) => {
      running = false;
      await Promise.all(queues.map((queue) => queue.stop(graceMs)));
    },
  };
}

function refuseBrokenUrl(url: string): void {
  try {
    checkUrl(url);
  } catch (error) {
    const reason = describeError(error);
    throw new Error(`cannot parse remote_write url ${quote(hidePassword(url))}: ${reason}`);
  }
}

/** The name of the endpoint in metrics: its `name`, or six digits derived from its arguments. */
function nameEndpoint(endpoint: RemoteWriteEndpoint): string {
  return endpoint.name !== ''
    ? endpoint.name
    : createHash('md5').update(JSON.stringify(endpoint)).digest('hex').slice(0, 6);
}

function refuseUnsupported(endpoint: RemoteWriteEndpoint): void {
  const unsupported = [
    endpoint.sigv4 !== undefined && 'sigv4',
    endpoint.azuread !== undefined && 'azuread',
    endpoint.google_iam !== undefined && 'google_iam',
    endpoint.protobuf_message !== 'prometheus.WriteRequest' && `protobuf_message "${endpoint.protobuf_message}"`,
  ].find((name) => name !== false);
  if (unsupported !== undefined) {
    throw createUnsupportedError(`${unsupported} of prometheus.remote_write`);
  }
}
