/**
 * The labels of a series or stream: names and values by turns, sorted by name, none of them empty. A flat list takes a
 * fraction of the memory of a map, and a series has few labels.
 */
export type Labels = readonly string[];

export const METRIC_NAME = '__name__';

/** Labels from pairs in any order: sorted; an empty value is no label; of two pairs with one name the last counts. */
export function labelsFrom(pairs: Iterable<readonly [name: string, value: string]>): Labels {
  const held = new Map(pairs);
  const names = [...held.keys()].filter((name) => held.get(name) !== '').sort(byBytes);
  return names.flatMap((name) => [name, held.get(name) ?? '']);
}

/** The value of a label, empty where there is none. */
export function labelValue(labels: Labels, name: string): string {
  for (let at = 0; at < labels.length; at += 2) if (labels[at] === name) return labels[at + 1] ?? '';
  return '';
}

/** The labels as pairs. */
export function* labelPairs(labels: Labels): Generator<readonly [name: string, value: string]> {
  for (let at = 0; at < labels.length; at += 2) yield [labels[at] ?? '', labels[at + 1] ?? ''];
}

/** The labels whose name passes. */
export function labelsWhere(labels: Labels, passes: (name: string) => boolean): Labels {
  return [...labelPairs(labels)].filter(([name]) => passes(name)).flat();
}

/** What two equal sets of labels share and no others: no label holds the separator, a NUL. */
export function labelsKey(labels: Labels): string {
  return labels.join('\0');
}

/** As the query APIs answer them. */
export function labelsJson(labels: Labels): Record<string, string> {
  return Object.fromEntries(labelPairs(labels));
}

/** As Prometheus writes labels in messages: `{__name__="up", job="x"}`. */
export function labelsText(labels: Labels): string {
  return `{${[...labelPairs(labels)].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

/** As the hosted service writes a series in messages: `up{job="x"}`. */
export function seriesText(labels: Labels): string {
  return labelValue(labels, METRIC_NAME) + labelsText(labelsWhere(labels, (name) => name !== METRIC_NAME));
}

/** The order of labels in a sorted answer: by name, then value, label by label. */
export function compareLabels(a: Labels, b: Labels): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = byBytes(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
