import type { Backend } from './backend.ts';
import { buildLabels, buildLabelsObject, getLabel, type Labels, listLabels } from './labels.ts';

/** A log record or a series of which something arrived more than once; the stores keep it once, as the hosted ones do. */
export type Repeat = {
  readonly signal: 'log records' | 'samples';
  /** Of a log record, with its metadata. */
  readonly labels: Readonly<Record<string, string>>;
  readonly line?: string;
  /** How many items arrived again. */
  readonly count: number;
};

/** What arrived more than once of all that has these labels, for `GET /-/repeats?LABEL=VALUE…`. */
export function listRepeats({ logs, series }: Pick<Backend, 'logs' | 'series'>, wanted: URLSearchParams): Repeat[] {
  const matches = (labels: Labels) => [...wanted].every(([name, value]) => getLabel(labels, name) === value);
  const found: Repeat[] = [];
  for (const { labels: stream, entries } of logs.streams()) {
    for (const { repeats = 0, line, metadata } of entries) {
      if (repeats === 0) continue;
      const labels = buildLabels([...listLabels(stream), ...listLabels(metadata)]);
      if (matches(labels))
        found.push({ signal: 'log records', labels: buildLabelsObject(labels), line, count: repeats });
    }
  }
  for (const { labels, repeats = 0 } of series.select()) {
    if (repeats > 0 && matches(labels)) {
      found.push({ signal: 'samples', labels: buildLabelsObject(labels), count: repeats });
    }
  }
  return found;
}
