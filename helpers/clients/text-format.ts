import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import type { InstantSample } from './prometheus.ts';

/** The counters, gauges and untyped samples on a page in the Prometheus text format. */
export function readSamples(page: string): InstantSample[] {
  return parsePrometheusTextFormat(page).flatMap(({ name, metrics }) =>
    metrics.flatMap(({ value, labels = {} }) =>
      value === undefined
        ? []
        : [{ labels: { __name__: name, ...labels }, time: 0, value: Number(value.replace('Inf', 'Infinity')) }],
    ),
  );
}

/** The samples on a page whose value is not valid in the Prometheus text format. */
export function listMalformedSamples(page: string): string[] {
  return parsePrometheusTextFormat(page).flatMap(({ name, metrics }) =>
    metrics.flatMap(({ value }) =>
      value === undefined || /^[+-]?(\d[\d.]*(e[+-]?\d+)?|Inf|NaN)$/i.test(value) ? [] : [`${name} ${value}`],
    ),
  );
}
