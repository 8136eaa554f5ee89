import { formatNumberAsGo } from '../evaluation/number-text.ts';
import type { NumberValue, Value } from '../evaluation/value.ts';
import { quote } from '../syntax/quote.ts';

type Directive = {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly verb: string;
};

/** Formats Alloy's values as Go's `fmt.Sprintf` does, including its error texts such as `%!d(string=a)`. */
export function sprintf(format: string, args: readonly Value[]): string {
  let used = 0;
  const text = format.replace(
    /%([-+ #0]*)(\d+)?(?:\.(\d+)?)?(.?)/gsu,
    (whole, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') {
        return '%';
      }
      if (verb === '') {
        return '%!(NOVERB)';
      }
      const argument = args[used];
      if (argument === undefined) {
        return `%!${verb}(MISSING)`;
      }
      used += 1;
      return formatOne(argument, {
        flags,
        verb,
        width: width === undefined ? undefined : Number(width),
        precision: whole.includes('.') ? Number(precision ?? 0) : undefined,
      });
    },
  );
  const extra = args.slice(used);
  return extra.length === 0
    ? text
    : `${text}%!(EXTRA ${extra.map((value) => `${nameType(value)}=${formatPlain(value)}`).join(', ')})`;
}

function formatOne(value: Value, directive: Directive): string {
  const { verb } = directive;
  if (verb === 'T') {
    return pad(nameType(value), directive);
  }
  const text = verb === 'v' ? formatPlainWith(value, directive) : formatVerb(value, directive);
  return text === undefined ? formatMismatch(value, verb) : pad(text, directive);
}

function formatMismatch(value: Value, verb: string): string {
  return value.type === 'null' ? `%!${verb}(<nil>)` : `%!${verb}(${nameType(value)}=${formatPlain(value)})`;
}

function formatVerb(value: Value, directive: Directive): string | undefined {
  switch (value.type) {
    case 'string':
      return formatString(value.value, directive);
    case 'bool':
      return directive.verb === 't' ? String(value.value) : undefined;
    case 'number':
      return value.kind === 'float' ? formatFloat(value.value, directive) : formatInteger(value.value, directive);
    case 'array':
      return `[${value.items.map((item) => formatVerb(item, directive) ?? formatMismatch(item, directive.verb)).join(' ')}]`;
    case 'object':
      return `map[${[...value.fields]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, field]) => `${formatString(name, directive)}:${formatVerb(field, directive)}`)
        .join(' ')}]`;
    case 'capsule':
      return formatPlain(value);
    default:
      return undefined;
  }
}

function formatString(text: string, { verb, precision, flags }: Directive): string | undefined {
  const characters = [...text];
  const cut = precision === undefined ? text : characters.slice(0, precision).join('');
  switch (verb) {
    case 's':
      return cut;
    case 'q':
      return flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : quote(cut);
    case 'x':
    case 'X': {
      const hexadecimal = Buffer.from(cut).toString('hex');
      return verb === 'x' ? hexadecimal : hexadecimal.toUpperCase();
    }
    default:
      return undefined;
  }
}

function formatInteger(value: bigint, { verb, flags, precision }: Directive): string | undefined {
  const radix = { d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 }[verb];
  if (radix === undefined) {
    return formatCharacter(value, verb);
  }
  const prefix = verb === 'O' ? '0o' : flags.includes('#') ? ({ b: '0b', o: '0', x: '0x', X: '0X' }[verb] ?? '') : '';
  const digits = (value < 0n ? -value : value).toString(radix).padStart(precision ?? 0, '0');
  return formatSign(value < 0n, flags) + prefix + (verb === 'X' ? digits.toUpperCase() : digits);
}

function formatCharacter(value: bigint, verb: string): string | undefined {
  const point = value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd;
  switch (verb) {
    case 'c':
      return String.fromCodePoint(point);
    case 'q':
      return `'${quote(String.fromCodePoint(point)).slice(1, -1).replace('\\"', '"')}'`;
    case 'U':
      return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
    default:
      return undefined;
  }
}

function formatFloat(value: number, { verb, flags, precision }: Directive): string | undefined {
  if (!'eEfFgG'.includes(verb)) {
    return undefined;
  }
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  }
  const size = Math.abs(value);
  return formatSign(value < 0 || Object.is(value, -0), flags) + formatMagnitude(size, verb, precision);
}

function formatMagnitude(size: number, verb: string, precision: number | undefined): string {
  switch (verb) {
    case 'f':
    case 'F':
      return size < 1e21 ? size.toFixed(Math.min(precision ?? 6, 100)) : BigInt(size).toString();
    case 'e':
    case 'E': {
      const text = padExponent(size.toExponential(Math.min(precision ?? 6, 100)));
      return verb === 'E' ? text.toUpperCase() : text;
    }
    default: {
      const text = formatGeneral(size, precision);
      return verb === 'G' ? text.toUpperCase() : text;
    }
  }
}

function formatGeneral(size: number, precision: number | undefined): string {
  if (precision === undefined) {
    return formatNumberAsGo({ type: 'number', kind: 'float', value: size });
  }
  const digits = Math.max(precision, 1);
  const rounded = size.toExponential(Math.min(digits - 1, 100));
  const power = Number(/e(.*)$/.exec(rounded)?.[1] ?? 0);
  const text =
    power < -4 || power >= digits ? padExponent(rounded) : size.toFixed(Math.min(Math.max(digits - 1 - power, 0), 100));
  return text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text;
}

function padExponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, 'e$10$2');
}

function formatSign(negative: boolean, flags: string): string {
  if (negative) {
    return '-';
  }
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function pad(text: string, { flags, width, verb }: Directive): string {
  const missing = (width ?? 0) - [...text].length;
  if (missing <= 0) {
    return text;
  }
  if (flags.includes('-')) {
    return text + ' '.repeat(missing);
  }
  if (!flags.includes('0') || verb === 'q') {
    return ' '.repeat(missing) + text;
  }
  const [, lead = '', rest = ''] = /^([-+ ]?)(.*)$/s.exec(text) ?? [];
  return lead + '0'.repeat(missing) + rest;
}

function formatPlainWith(value: Value, { flags }: Directive): string {
  return value.type === 'number'
    ? formatSign(false, Number(value.value) < 0 ? '' : flags) + formatNumberAsGo(value)
    : formatPlain(value);
}

/** Go's `%v`. A secret is not shown. */
function formatPlain(value: Value): string {
  switch (value.type) {
    case 'null':
      return '<nil>';
    case 'string':
      return value.value;
    case 'bool':
      return String(value.value);
    case 'number':
      return formatNumberAsGo(value);
    case 'array':
      return `[${value.items.map(formatPlain).join(' ')}]`;
    case 'object':
      return `map[${[...value.fields]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, field]) => `${name}:${formatPlain(field)}`)
        .join(' ')}]`;
    case 'capsule':
      if (value.holds === 'target') {
        const labels = [...value.labels].map(([name, label]) => `${quote(name)}=${quote(label)}`);
        return `{${labels.sort().join(', ')}}`;
      }
      return value.holds === 'secret' ? '(secret)' : '(capsule)';
    case 'function':
      return '(function)';
  }
}

function nameType(value: Value): string {
  const names = {
    null: '<nil>',
    string: 'string',
    bool: 'bool',
    array: '[]interface {}',
    object: 'map[string]interface {}',
    capsule: 'capsule',
    function: 'func',
  };
  return value.type === 'number' ? nameNumberType(value) : names[value.type];
}

function nameNumberType(value: NumberValue): string {
  return { int: 'int', uint: 'uint64', float: 'float64' }[value.kind];
}
