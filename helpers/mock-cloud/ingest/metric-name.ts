import type { Metric } from '../../otlp/schema.ts';

/** Prometheus's names of UCUM units. */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
};
const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

/**
 * Builds the Prometheus name of an OTLP metric, with the suffixes for unit and type, as Prometheus 3 does by default
 * (OpenTelemetry, "Prometheus and OpenMetrics Compatibility", "OTLP metric points to Prometheus"). Of a name without a
 * valid character only the suffixes are left; empty if there are none.
 */
export function buildMetricName(metric: Metric): string {
  const words = metric.name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');
  const [main = '', per = ''] = metric.unit.split(/\/(.*)/s, 2);
  const unit = translateUnit(main, UNITS);
  const perUnit = translateUnit(per, PER_UNITS);
  if (unit !== '' && !words.includes(unit)) words.push(unit);
  if (perUnit !== '' && !words.includes(`per_${perUnit}`)) words.push(`per_${perUnit}`);
  if (metric.sum?.isMonotonic === true) moveLast(words, 'total');
  if (metric.unit === '1' && metric.gauge !== undefined) moveLast(words, 'ratio');
  const name = words.join('_');
  return /^\d/.test(name) ? `_${name}` : name;
}

/** A unit in braces is an annotation and has no name. */
function translateUnit(unit: string, names: Readonly<Record<string, string>>): string {
  const trimmed = unit.trim();
  if (/[{}]/.test(trimmed)) return '';
  const name = Object.hasOwn(names, trimmed) ? (names[trimmed] ?? '') : trimmed;
  return name.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_|_$/g, '');
}

function moveLast(words: string[], word: string): void {
  const others = words.filter((other) => other !== word);
  words.splice(0, words.length, ...others, word);
}
