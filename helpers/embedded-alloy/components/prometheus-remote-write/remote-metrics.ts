import {
  buildComponentLabels,
  COMPONENT_LABELS,
  createComponentCounter,
  getCounter,
  getGauge,
  getHistogram,
} from '../../pipeline/instruments.ts';
import type { ComponentContext } from '../../schema/component.ts';

/** Why a sample was dropped unsent. `queue_full` exists only here, where the queue is in memory. */
export type DropReason = 'too_old' | 'dropped_series' | 'queue_full';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300];

/** The metrics of one endpoint, with the names and labels of Prometheus's remote storage. All counters start at 0, except those of dropped samples. */
export function createRemoteMetrics(context: ComponentContext, remoteName: string, url: string) {
  const names = [...COMPONENT_LABELS, 'remote_name', 'url'];
  const labels = { ...buildComponentLabels(context), remote_name: remoteName, url };
  const count = (name: string, help: string) => {
    const metric = getCounter(context.registry, `prometheus_remote_storage_${name}`, help, names);
    metric.inc(labels, 0);
    return (by: number) => metric.inc(labels, by);
  };
  const level = (name: string, help: string) => {
    const metric = getGauge(context.registry, `prometheus_remote_storage_${name}`, help, names);
    metric.set(labels, 0);
    return (value: number) => metric.set(labels, value);
  };
  const dropped = getCounter(
    context.registry,
    'prometheus_remote_storage_samples_dropped_total',
    'Total number of samples which were dropped before being sent via remote write, either via relabelling, due to being too old or because the queue was full.',
    [...names, 'reason'],
  );
  const drop = (reason: DropReason, by: number): void => {
    if (by > 0) {
      dropped.inc({ ...labels, reason }, by);
    }
  };
  const duration = getHistogram(
    context.registry,
    'prometheus_remote_storage_sent_batch_duration_seconds',
    'Duration of send calls to the remote storage.',
    names,
    BUCKETS,
  );
  return {
    sent: count('samples_total', 'Total number of samples sent to remote storage.'),
    failed: count(
      'samples_failed_total',
      'Total number of samples which failed on send to remote storage, non-recoverable errors.',
    ),
    retried: count(
      'samples_retried_total',
      'Total number of samples which failed on send to remote storage but were retried because the send error was recoverable.',
    ),
    bytes: count(
      'bytes_total',
      'The total number of bytes of data (not metadata) sent by the queue after compression.',
    ),
    pending: level(
      'samples_pending',
      'The number of samples pending in the queues shards to be sent to the remote storage.',
    ),
    highestSent: level(
      'queue_highest_sent_timestamp_seconds',
      'Highest timestamp successfully sent by this queue, in seconds since epoch. Initialized to 0 when no data has been sent yet.',
    ),
    took: (seconds: number) => duration.observe(labels, seconds),
    drop,
  };
}

/** Counts incoming samples, before any endpoint. Alloy counts them as it writes its write-ahead log. */
export function createAppendMetrics(context: ComponentContext) {
  const committed = getCounter(
    context.registry,
    'prometheus_remote_storage_samples_in_total',
    'Samples in to remote storage, compare to samples out for queue managers. Deprecated, check prometheus_wal_watcher_records_read_total and prometheus_remote_storage_samples_dropped_total',
    [],
  );
  committed.inc(0);
  return {
    appended: createComponentCounter(
      context,
      'prometheus_remote_write_wal_samples_appended_total',
      'Total number of samples appended to the WAL',
    ),
    /** One counter for all components, without those that were rolled back. */
    committed: (by: number) => committed.inc(by),
  };
}
