/**
 * The labels of a series or stream: names and values alternating, sorted by name, no value empty. A flat list takes a
 * fraction of the memory of a map, and a series has few labels.
 */
export type Labels = readonly string[];

/** The label that holds the name of a metric. */
export const METRIC_NAME = '__name__';

/** Builds labels from pairs in any order. A pair with an empty value is dropped; the last of two pairs with the same name wins. */
export function buildLabels(pairs: Iterable<readonly [name: string, value: string]>): Labels {
  const held = new Map(pairs);
  const names = [...held.keys()].filter((name) => held.get(name) !== '').sort();
  return names.flatMap((name) => [name, held.get(name) ?? '']);
}

/** The value of a label, empty if there is none. */
export function getLabel(labels: Labels, name: string): string {
  for (let at = 0; at < labels.length; at += 2) if (labels[at] === name) return labels[at + 1] ?? '';
  return '';
}

/** The labels as pairs. */
export function* listLabels(labels: Labels): Generator<readonly [name: string, value: string]> {
  for (let at = 0; at < labels.length; at += 2) yield [labels[at] ?? '', labels[at + 1] ?? ''];
}

/** The labels with the chosen names. */
export function filterLabels(labels: Labels, isChosen: (name: string) => boolean): Labels {
  return [...listLabels(labels)].filter(([name]) => isChosen(name)).flat();
}

/** A text that is the same for equal labels only: no label contains the separator, a NUL. */
export function buildLabelsKey(labels: Labels): string {
  return labels.join('\0');
}

/** The labels as the query APIs answer them. */
export function buildLabelsObject(labels: Labels): Record<string, string> {
  return Object.fromEntries(listLabels(labels));
}

/** The labels as in Prometheus's messages: `{__name__="up", job="x"}`. */
export function formatLabels(labels: Labels): string {
  return `{${[...listLabels(labels)].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

/** The labels of a series as in the hosted service's messages: `up{job="x"}`. */
export function formatSeries(labels: Labels): string {
  return getLabel(labels, METRIC_NAME) + formatLabels(filterLabels(labels, (name) => name !== METRIC_NAME));
}

/** Compares labels for a sorted answer: by name, then by value, label by label. */
export function compareLabels(a: Labels, b: Labels): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = compareText(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The names of the labels of all these as an answer lists them: each once, in order. */
export function listLabelNames(labelled: Iterable<{ readonly labels: Labels }>): string[] {
  return sortUnique([...labelled].flatMap(({ labels }) => [...listLabels(labels)].map(([name]) => name)));
}

/** The values that a label has in any of these, likewise. */
export function listLabelValues(labelled: Iterable<{ readonly labels: Labels }>, label: string): string[] {
  return sortUnique([...labelled].map(({ labels }) => getLabel(labels, label)).filter((value) => value !== ''));
}

function sortUnique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
