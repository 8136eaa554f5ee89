import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import type { InstantSample } from './prometheus.ts';

/** The samples on a page in the Prometheus text format: counters, gauges and untyped ones, which is all that is asked here. */
export function readSamples(page: string): InstantSample[] {
  return parsePrometheusTextFormat(page).flatMap(({ name, metrics }) =>
    metrics.flatMap(({ value, labels = {} }) =>
      value === undefined
        ? []
        : [{ labels: { __name__: name, ...labels }, time: 0, value: Number(value.replace('Inf', 'Infinity')) }],
    ),
  );
}

/** The samples of a page whose value the text format does not know; empty where the whole page is in that format. */
export function listMalformedSamples(page: string): string[] {
  return parsePrometheusTextFormat(page).flatMap(({ name, metrics }) =>
    metrics.flatMap(({ value }) =>
      value === undefined || /^[+-]?(\d[\d.]*(e[+-]?\d+)?|Inf|NaN)$/i.test(value) ? [] : [`${name} ${value}`],
    ),
  );
}
