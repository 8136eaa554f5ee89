const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const INFINITE = /^[-+]?inf(?:inity)?$/i;

/** Parses a number like Go's `strconv.ParseFloat`, except its hexadecimal form. @throws Error with Go's message */
export function parseFloatGo(text: string): number {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) {
      throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: value out of range`);
    }
    return value;
  }
  if (INFINITE.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (/^nan$/i.test(text)) {
    return Number.NaN;
  }
  throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/**
 * Formats the value of an `le` or `quantile` label in canonical form, in which `1` and `1.0` are the same bucket:
 * `1.0`, `0.5`, `1e+06`, `+Inf` (OpenMetrics 1.0, "Considerations: Canonical Numbers"; Prometheus 3 applies it to every
 * scrape). Text that is not a number stays as it is.
 */
export function formatBound(text: string): string {
  let value: number;
  try {
    value = parseFloatGo(text);
  } catch {
    return text;
  }
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  }
  const shortest = formatShortest(value);
  return /[.e]/.test(shortest) ? shortest : `${shortest}.0`;
}

/** Formats like Go's `%g` with the fewest digits: an exponent of at least two digits below 1e-4 and from 1e+06 on. */
function formatShortest(value: number): string {
  if (value === 0) {
    return '0';
  }
  const [, sign = '', digits = '', fraction = '', written = ''] =
    /^(-?)(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(written);
  if (exponent >= -4 && exponent < 6) {
    return `${sign}${Math.abs(value)}`;
  }
  const tail = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `${sign}${digits}${fraction === '' ? '' : `.${fraction}`}e${tail}`;
}
