import { type Backend, count, countReceived } from '../store/backend.ts';
import { formatLabels, getLabel, type Labels, listLabels } from '../store/labels.ts';
import type { Entry } from '../store/logs.ts';
import { addLevel } from './detect-level.ts';
import { RefusedExport } from './refused-export.ts';

/** Entries for one stream, as they were sent: without a detected level. */
export type SentStream = { readonly labels: Labels; readonly entries: readonly Entry[] };

type Refusal = { readonly reason: string; readonly message: string };

const NANOS_PER_MILLI = 1_000_000n;
const NANOS_PER_SECOND = 1_000_000_000n;
/** Loki's defaults; times in nanoseconds, sizes in bytes. */
const MAX_AGE = 7n * 86_400n * NANOS_PER_SECOND;
const GRACE_PERIOD = 600n * NANOS_PER_SECOND;
const MAX_BEHIND = 3600n * NANOS_PER_SECOND;
const MAX_LINE = 256 * 1024;
const MAX_METADATA = 64 * 1024;
const MAX_METADATA_PAIRS = 128;
const MAX_LABELS = 15;
const MAX_NAME = 1024;
const MAX_VALUE = 2048;

/**
 * Stores log entries with the level that Loki 3 detects, and refuses what it refuses by default. Throws
 * {@link RefusedExport} with Loki's message if anything was refused; as there, the rest is then stored.
 */
export function storeLogs(streams: readonly SentStream[], backend: Backend, where: string): void {
  if (streams.length === 0) throw new RefusedExport(422, 'error at least one valid stream is required for ingestion');
  const now = BigInt(Math.trunc(backend.now())) * NANOS_PER_MILLI;
  const invalid: string[] = [];
  const late: string[] = [];
  for (const { labels, entries } of streams) {
    countReceived(backend, 'log records', entries.length, where);
    if (entries.length === 0) continue;
    const wrongLabels = refuseLabels(labels);
    if (wrongLabels !== undefined) {
      count(backend.counters.discarded, wrongLabels.reason, entries.length);
      invalid.push(wrongLabels.message);
      continue;
    }
    const valid = entries.filter((entry) => {
      const refusal = refuseEntry(entry, labels, now);
      if (refusal === undefined) return true;
      count(backend.counters.discarded, refusal.reason);
      invalid.push(refusal.message);
      return false;
    });
    const behind = storeValid(labels, valid, backend);
    if (behind !== undefined) late.push(behind);
  }
  const problem = late[0] ?? groupMessages(invalid);
  if (problem !== undefined) throw new RefusedExport(400, problem);
}

/** Stores the entries that are not too far behind the newest of their stream; the message about those that are. */
function storeValid(labels: Labels, entries: readonly Entry[], { logs, counters }: Backend): string | undefined {
  let newest = logs.find(labels)?.newest;
  const refused: string[] = [];
  for (const entry of entries) {
    if (newest !== undefined && entry.time < newest - MAX_BEHIND) {
      count(counters.discarded, 'too_far_behind');
      const why = `entry timestamp is: ${formatSecond(entry.time)}, oldest acceptable timestamp is: ${formatSecond(newest - MAX_BEHIND)}`;
      refused.push(
        `entry with timestamp ${formatNanos(entry.time)} ignored, reason: 'entry too far behind, ${why}',\n`,
      );
      continue;
    }
    logs.add(labels, [{ ...entry, metadata: addLevel(labels, entry.metadata, entry.line) }]);
    if (newest === undefined || entry.time > newest) newest = entry.time;
  }
  if (refused.length === 0) return undefined;
  const total = `user 'mock', total ignored: ${refused.length} out of ${entries.length} for stream: ${formatLabels(labels)}`;
  return `${refused.slice(0, MAX_SHOWN).join('')}${total}`;
}

/** How many entries, and how many different faults, a message names. */
const MAX_SHOWN = 10;

function refuseLabels(labels: Labels): Refusal | undefined {
  const stream = formatLabels(labels);
  // Loki adds the name of the service itself, and does not count it.
  const names = labels.length / 2 - (getLabel(labels, 'service_name') === '' ? 0 : 1);
  if (names > MAX_LABELS) {
    const message = `entry for stream '${stream}' has ${names} label names; limit ${MAX_LABELS}`;
    return { reason: 'max_label_names_per_series', message };
  }
  for (const [name, value] of listLabels(labels)) {
    if (Buffer.byteLength(name) > MAX_NAME) {
      return { reason: 'label_name_too_long', message: `stream '${stream}' has label name too long: '${name}'` };
    }
    if (Buffer.byteLength(value) > MAX_VALUE) {
      return { reason: 'label_value_too_long', message: `stream '${stream}' has label value too long: '${value}'` };
    }
  }
  return undefined;
}

function refuseEntry({ time, line, metadata }: Entry, labels: Labels, now: bigint): Refusal | undefined {
  const refuse = (reason: string, problem: string) => ({ reason, message: problem });
  const about = () => `entry for stream '${formatLabels(labels)}' has timestamp`;
  if (time < now - MAX_AGE) {
    const oldest = `oldest acceptable timestamp is: ${formatSecond(now - MAX_AGE)}`;
    return refuse('greater_than_max_sample_age', `${about()} too old: ${formatSecond(time)}, ${oldest}`);
  }
  if (time > now + GRACE_PERIOD) return refuse('too_far_in_future', `${about()} too new: ${formatSecond(time)}`);
  const length = Buffer.byteLength(line);
  if (length > MAX_LINE) {
    const limit = `max entry size '${MAX_LINE}' bytes exceeded for stream '${formatLabels(labels)}'`;
    return refuse('line_too_long', `${limit} while adding an entry with length '${length}' bytes`);
  }
  const size = metadata.reduce((total, text) => total + Buffer.byteLength(text), 0);
  if (size > MAX_METADATA) {
    const limits = adviseLimit('max_structured_metadata_size');
    const sizes = `'${size}' bytes, limit: '${MAX_METADATA}' bytes`;
    const message = `stream '${formatLabels(labels)}' has structured metadata too large: ${sizes}. ${limits}`;
    return refuse('structured_metadata_too_large', message);
  }
  const pairs = metadata.length / 2;
  if (pairs > MAX_METADATA_PAIRS) {
    const limits = adviseLimit('max_structured_metadata_entries_count');
    const counts = `'${pairs}', limit: '${MAX_METADATA_PAIRS}'`;
    const message = `stream '${formatLabels(labels)}' has too many structured metadata labels: ${counts}. ${limits}`;
    return refuse('structured_metadata_too_many', message);
  }
  return undefined;
}

function adviseLimit(name: string): string {
  return `Please see \`limits_config.${name}\` or contact your Loki administrator to increase it`;
}

/** Equal messages once, with their number. */
function groupMessages(messages: readonly string[]): string | undefined {
  const groups = Map.groupBy(messages, (message) => message);
  if (messages.length <= 1) return messages[0];
  const told = [...groups].slice(0, MAX_SHOWN);
  return told.map(([message, { length }]) => `${length} errors like: ${message}`).join('; ');
}

/** RFC 3339 in whole seconds. */
function formatSecond(nanos: bigint): string {
  return new Date(Number(nanos / NANOS_PER_SECOND) * 1000).toISOString().replace('.000Z', 'Z');
}

/** A time as Go prints it: `2026-11-26 10:51:38.43 +0000 UTC`. */
function formatNanos(nanos: bigint): string {
  const fraction = String(nanos % NANOS_PER_SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const second = formatSecond(nanos).slice(0, -1).replace('T', ' ');
  return `${second}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}
