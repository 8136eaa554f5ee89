import type { Labels } from '../clients/prometheus.ts';

/** What labels have to be: a text, or a pattern for the whole value, in syntax that PromQL and JavaScript share. */
export type LabelMatchers = Readonly<Record<string, string | RegExp>>;

/** `a="b",c=~"d.+"`, quoted for PromQL, LogQL and TraceQL alike. */
export function formatMatchers(labels: LabelMatchers): string {
  return Object.entries(labels)
    .map(([name, value]) =>
      value instanceof RegExp ? `${name}=~${JSON.stringify(value.source)}` : `${name}=${JSON.stringify(value)}`,
    )
    .join(',');
}

/** A selector: `pg_up{job="…"}`. Names joined with `|` are alternatives. */
export function formatSelector(metric: string, labels: LabelMatchers): string {
  return metric.includes('|')
    ? `{__name__=~${JSON.stringify(metric)},${formatMatchers(labels)}}`
    : `${metric}{${formatMatchers(labels)}}`;
}

/** The labels that have to be a text. */
export function keepTexts(labels: LabelMatchers): Labels {
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
