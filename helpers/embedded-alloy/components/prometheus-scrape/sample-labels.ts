import { createLabelBuilder, sortLabels } from '../../pipeline/relabel/labels.ts';
import type { SeriesLabels } from '../../schema/capsules.ts';
import { LimitError } from './limit-error.ts';

/**
 * Merges the labels of a scraped series and of its target. Where both have a label, the series keeps its own with
 * `honor`; otherwise that moves to `exported_…` (Prometheus configuration, "honor_labels").
 */
export function mergeLabels(
  exposed: readonly (readonly [string, string])[],
  target: SeriesLabels,
  honor: boolean,
): SeriesLabels {
  const labels = createLabelBuilder(exposed);
  const conflicting: (readonly [string, string])[] = [];
  for (const [name, value] of target) {
    const existing = labels.get(name);
    if (existing === '' || !honor) {
      if (existing !== '') {
        conflicting.push([name, existing]);
      }
      labels.set(name, value);
    }
  }
  for (const [name, value] of conflicting.sort(([a], [b]) => a.length - b.length)) {
    let moved = `exported_${name}`;
    while (labels.get(moved) !== '') {
      moved = `exported_${moved}`;
    }
    labels.set(moved, value);
  }
  return sortLabels(labels.entries());
}

/** The maximum number and length of the labels of a series; 0 means no limit. */
export type LabelLimits = {
  readonly label_limit: number;
  readonly label_name_length_limit: number;
  readonly label_value_length_limit: number;
};

/** Checks a series before it is accepted. @throws Error with Prometheus's message, which fails the scrape */
export function checkSeries(
  exposed: readonly (readonly [string, string])[],
  labels: SeriesLabels,
  legacyNames: boolean,
  limits: LabelLimits,
): void {
  const names = exposed.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`label name "${twice}" is not unique: invalid sample`);
  }
  const metric = labels.find(([name]) => name === '__name__')?.[1] ?? '';
  if (legacyNames) {
    const valid =
      /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(metric) && labels.every(([name]) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name));
    if (!valid) {
      throw new Error(`invalid metric name or label names: ${metric}`);
    }
  }
  const of = `metric: ${JSON.stringify(metric)}`;
  if (limits.label_limit > 0 && labels.length > limits.label_limit) {
    const message = `label_limit exceeded (${of}, number of labels: ${labels.length}, limit: ${limits.label_limit})`;
    throw new LimitError(message, 'labels');
  }
  for (const [name, value] of labels) {
    if (limits.label_name_length_limit > 0 && Buffer.byteLength(name) > limits.label_name_length_limit) {
      throw new LimitError(
        `label_name_length_limit exceeded (${of}, label name: ${JSON.stringify(name)}, length: ${Buffer.byteLength(name)}, limit: ${limits.label_name_length_limit})`,
        'labels',
      );
    }
    if (limits.label_value_length_limit > 0 && Buffer.byteLength(value) > limits.label_value_length_limit) {
      throw new LimitError(
        `label_value_length_limit exceeded (${of}, label name: ${JSON.stringify(name)}, length: ${Buffer.byteLength(value)}, limit: ${limits.label_value_length_limit})`,
        'labels',
      );
    }
  }
}
