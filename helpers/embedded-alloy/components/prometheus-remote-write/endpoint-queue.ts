import { redactUrl } from '../../pipeline/http/failure.ts';
import { createPrometheusClient } from '../../pipeline/http/prometheus-client.ts';
import { pause } from '../../pipeline/pause.ts';
import type { ScrapedSample } from '../../schema/capsules.ts';
import type { ComponentContext } from '../../schema/component.ts';
import { formatDuration } from '../../schema/duration.ts';
import type { RemoteWriteEndpoint } from './block.ts';
import { type PushResult, push } from './push.ts';
import { createRelabeler } from './remote-labels.ts';
import { createRemoteMetrics } from './remote-metrics.ts';
import { encodeWriteRequest, type PendingSample } from './write-request.ts';

/** The samples that wait to be sent to one endpoint. */
export type EndpointQueue = {
  readonly append: (samples: readonly ScrapedSample[]) => void;
  /** Sends all samples; those that can't be sent within `graceMs` are dropped and counted as failed. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/**
 * The maximum for one endpoint: hours of an outage at a scrape a minute. Alloy has a write-ahead log on disk instead.
 * Here the oldest samples are dropped, and their number is logged.
 */
export const MAX_QUEUED_SAMPLES = 200_000;
const DROP_LOG_INTERVAL_MS = 60_000;

/**
 * Sends samples to an endpoint in order: as soon as it has `max_samples_per_send`, or `batch_send_deadline` after the
 * first of them. A batch that may be retried is retried, with growing delays, before any other. An endpoint without a
 * URL accepts all samples and sends none, with no error message, as in Alloy.
 */
export function createEndpointQueue(
  endpoint: RemoteWriteEndpoint,
  remoteName: string,
  external: Readonly<Record<string, string>>,
  context: ComponentContext,
): EndpointQueue {
  const url = redactUrl(endpoint.url);
  const about = { subcomponent: 'rw', remote_name: remoteName, url };
  const metrics = createRemoteMetrics(context, remoteName, url);
  const client = createPrometheusClient(endpoint, 'prometheus.remote_write');
  if (endpoint.url === '') {
    return { append: () => {}, stop: () => client.close() };
  }
  const relabelSeries = createRelabeler(external, endpoint.write_relabel_config);
  const { max_samples_per_send: maxBatch, batch_send_deadline: deadline } = endpoint.queue_config;
  const abort = new AbortController();
  let held: PendingSample[] = [];
  let inFlight = 0;
  let flushing = false;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let unloggedDrops = 0;
  let lastDropLog = 0;

  const showPending = (): void => metrics.pending(held.length + inFlight);

  const makeRoom = (): void => {
    const tooMany = held.length - MAX_QUEUED_SAMPLES;
    if (tooMany <= 0) {
      return;
    }
    held = held.slice(tooMany);
    metrics.drop('queue_full', tooMany);
    unloggedDrops += tooMany;
    if (Date.now() - lastDropLog >= DROP_LOG_INTERVAL_MS) {
      lastDropLog = Date.now();
      context.log('error', 'The queue of samples to send is full, dropped the oldest', {
        ...about,
        dropped: unloggedDrops,
      });
      unloggedDrops = 0;
    }
  };

  const sendAll = async (): Promise<void> => {
    while (held.length > 0 && (held.length >= maxBatch || flushing) && !abort.signal.aborted) {
      const batch = held.slice(0, maxBatch);
      held = held.slice(batch.length);
      inFlight = batch.length;
      await sendBatch(batch);
      inFlight = 0;
      showPending();
    }
    flushing = false;
  };

  const pump = (): void => {
    if (sending === undefined) {
      clearTimeout(timer);
      timer = undefined;
      sending = sendAll().finally(() => {
        sending = undefined;
        if (held.length > 0) {
          startTimer();
        }
      });
    }
  };

  const startTimer = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      flushing = true;
      pump();
    }, deadline);
  };

  const sendBatch = async (batch: readonly PendingSample[]): Promise<void> => {
    let wait = endpoint.queue_config.min_backoff;
    for (let attempt = 0; ; attempt++) {
      const fresh = dropOld(batch);
      if (fresh.length === 0) {
        return;
      }
      const body = encodeWriteRequest(fresh);
      const start = performance.now();
      metrics.sent(fresh.length);
      const result = await push(endpoint, client, body, attempt, abort.signal);
      metrics.took((performance.now() - start) / 1000);
      if (result.outcome !== 'recoverable') {
        finish(result, fresh, body.length);
        return;
      }
      if (abort.signal.aborted) {
        giveUp(fresh.length);
        return;
      }
      const { retryAfterMs } = result;
      const delay = retryAfterMs > 0 ? retryAfterMs : wait;
      if (retryAfterMs > 0) {
        const duration = formatDuration(retryAfterMs);
        context.log('info', 'Retrying after duration specified by Retry-After header', { ...about, duration });
      }
      await pause(delay, abort.signal);
      metrics.retried(fresh.length);
      context.log('warn', 'Failed to send batch, retrying', { ...about, err: result.reason });
      wait = Math.min(delay * 2, endpoint.queue_config.max_backoff);
    }
  };

  const finish = (result: PushResult, batch: readonly PendingSample[], bytes: number): void => {
    metrics.bytes(bytes);
    if (result.outcome === 'failed') {
      metrics.failed(batch.length);
      context.log('error', 'non-recoverable error', {
        ...about,
        failedSampleCount: batch.length,
        failedHistogramCount: 0,
        failedExemplarCount: 0,
        err: result.reason,
      });
    } else {
      metrics.highestSent(Math.max(...batch.map(({ timestamp }) => timestamp)) / 1000);
    }
  };

  const giveUp = (count: number): void => {
    metrics.failed(count);
    context.log('error', 'Failed to flush all samples on shutdown', { ...about, count });
  };

  const dropOld = (batch: readonly PendingSample[]): readonly PendingSample[] => {
    const limit = endpoint.queue_config.sample_age_limit;
    if (limit <= 0) {
      return batch;
    }
    const fresh = batch.filter(({ timestamp }) => timestamp >= Date.now() - limit);
    metrics.drop('too_old', batch.length - fresh.length);
    return fresh;
  };

  return {
    append: (samples) => {
      let dropped = 0;
      for (const { labels: series, value, timestamp, stale } of samples) {
        const labels = relabelSeries(series);
        if (labels === undefined) {
          dropped++;
        } else {
          held.push({ labels, value, timestamp, stale: stale === true });
        }
      }
      metrics.drop('dropped_series', dropped);
      makeRoom();
      showPending();
      if (held.length >= maxBatch) {
        pump();
      } else if (held.length > 0) {
        startTimer();
      }
    },
    stop: async (graceMs) => {
      clearTimeout(timer);
      const late = setTimeout(() => abort.abort(), graceMs);
      while (held.length > 0 || sending !== undefined) {
        flushing = true;
        pump();
        await sending;
        if (abort.signal.aborted) {
          break;
        }
      }
      clearTimeout(late);
      clearTimeout(timer);
      if (held.length > 0) {
        giveUp(held.length);
        held = [];
      }
      showPending();
      await client.close();
    },
  };
}
