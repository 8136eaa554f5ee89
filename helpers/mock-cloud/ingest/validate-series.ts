import { formatSeries, getLabel, type Labels, METRIC_NAME } from '../store/labels.ts';
import { type AppendOutcome, OUT_OF_ORDER_WINDOW } from '../store/series.ts';

/** Why a series or sample is not stored: the reason under which it is counted, and the hosted service's message. */
export type SeriesRefusal = { readonly reason: string; readonly message: string };

/** How far ahead of the clock a sample may be, in milliseconds (Mimir's `-validation.create-grace-period`). */
export const CREATION_GRACE_PERIOD = 10 * 60 * 1000;
const MAX_LABELS = 30;
const MAX_INFO_LABELS = 80;
const MAX_NAME_LENGTH = 1024;

/**
 * Checks the labels of a series as Mimir's distributor does by default, in its order; `pairs` are those that were sent,
 * `labels` the same, sorted. Long values are not refused: Grafana Cloud shortens them.
 */
export function refuseLabels(pairs: readonly (readonly [string, string])[], labels: Labels): SeriesRefusal | undefined {
  const name = getLabel(labels, METRIC_NAME);
  if (name === '') return refuse('missing-metric-name', 'received series has no metric name');
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
    return refuse('metric-name-invalid', `received a series with invalid metric name: '${cut(name)}'`);
  }
  const count = labels.length / 2;
  const [limit, kind, id] = name.endsWith('_info') ? INFO_LIMIT : LIMIT;
  if (count > limit) {
    const what = `received ${kind} whose number of labels exceeds the limit (actual: ${count}, limit: ${limit})`;
    return refuseByLimit(id, `${what} series: '${cut(formatSeries(labels))}'`, `validation.${id}`);
  }
  const seen = new Set<string>();
  for (const [label] of pairs) {
    const about = `'${cut(label)}' series: '${cut(formatSeries(labels))}'`;
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
      return refuse('label-invalid', `received a series with an invalid label: ${about}`);
    }
    if (label.length > MAX_NAME_LENGTH) {
      const what = `received a series whose label name length exceeds the limit, label: ${about}`;
      return refuseByLimit('label-name-too-long', what, 'validation.max-length-label-name');
    }
    if (seen.has(label)) {
      return refuse('duplicate-label-names', `received a series with duplicate label name, label: ${about}`);
    }
    seen.add(label);
  }
  return undefined;
}

const LIMIT = [MAX_LABELS, 'a series', 'max-label-names-per-series'] as const;
const INFO_LIMIT = [MAX_INFO_LABELS, 'an info series', 'max-label-names-per-info-series'] as const;

/**
 * Checks a sample's time against the clock, both in milliseconds. Mimir measures the out-of-order window from the newest sample
 * of the whole stack, and a stack in use has one of this minute: so the first sample of a series may be too old too, and is
 * refused with the same words.
 */
export function refuseTime(time: number, now: number, labels: Labels): SeriesRefusal | undefined {
  if (time > now + CREATION_GRACE_PERIOD) {
    const what = `received a sample whose timestamp is too far in the future, timestamp: ${time}`;
    const message = `${what} series: '${cut(getLabel(labels, METRIC_NAME))}'`;
    return refuseByLimit('too-far-in-future', message, 'validation.create-grace-period');
  }
  return time < now - OUT_OF_ORDER_WINDOW ? refuseOutcome('too old', time, labels) : undefined;
}

/** What the hosted service says about a sample that the store did not take; undefined if it did, or had it already. */
export function refuseOutcome(outcome: AppendOutcome, time: number, labels: Labels): SeriesRefusal | undefined {
  if (outcome === 'stored' || outcome === 'duplicate') return undefined;
  const [reason, why, id] = outcome === 'conflict' ? CONFLICT : TOO_OLD;
  const affected = `The affected sample has timestamp ${formatTime(time)} and is from series ${formatSeries(labels)}`;
  const message = `failed pushing to ingester: the sample has been rejected because ${why} (err-mimir-${id}). ${affected}`;
  return { reason, message };
}

const CONFLICT = [
  'new_value_for_timestamp',
  'another sample with the same timestamp, but a different value, has already been ingested',
  'sample-duplicate-timestamp',
] as const;
const TOO_OLD = [
  'sample_too_old',
  'another sample with a more recent timestamp has already been ingested and this sample is beyond the out-of-order time window of 2h',
  'sample-timestamp-too-old',
] as const;

/** A time may be any 64-bit number, more than a Date can hold. */
function formatTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

function refuse(id: string, message: string): SeriesRefusal {
  return { reason: id.replaceAll('-', '_'), message: `${message} (err-mimir-${id})` };
}

function refuseByLimit(id: string, message: string, flag: string): SeriesRefusal {
  const { reason, message: text } = refuse(id, message);
  const advice = `To adjust the related per-tenant limit, configure -${flag}, or contact your service administrator.`;
  return { reason, message: `${text}. ${advice}` };
}

function cut(text: string): string {
  return text.slice(0, 200);
}
