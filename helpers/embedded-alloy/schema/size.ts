const letters = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/** Both `KiB` and `KB` are 1024 bytes. A bare number and a bare `K` are not sizes. */
function buildUnits(suffix: string): ReadonlyMap<string, number> {
  return new Map(letters.map((letter, power) => [letter === '' ? 'B' : `${letter}${suffix}`, 1024 ** power]));
}

const binaryUnits = buildUnits('iB');
const oldUnits = buildUnits('B');

/**
 * Parses a size like Alloy: `512KiB`, `4MB` (both powers of 1024), `0`. Returns bytes. @throws Error with Alloy's
 * message
 */
export function parseSize(text: string): number {
  try {
    return parseWithUnits(text, binaryUnits);
  } catch {
    return parseWithUnits(text, oldUnits);
  }
}

/** Formats bytes like Alloy: `512KiB`, `1MiB512KiB`, `0B`. */
export function formatSize(bytes: number): string {
  const parts: string[] = [];
  let rest = bytes;
  for (const [unit, scale] of [...binaryUnits].reverse()) {
    const count = Math.trunc(rest / scale);
    if (count !== 0) {
      parts.push(`${count}${unit}`);
    }
    rest -= count * scale;
  }
  return parts.join('') || '0B';
}

function parseWithUnits(text: string, units: ReadonlyMap<string, number>): number {
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') {
    return 0;
  }
  if (rest === '') {
    throw new Error(`units: invalid ${text}`);
  }
  let total = 0;
  while (rest !== '') {
    const [number = ''] = /^[0-9]*(?:\.[0-9]*)?/.exec(rest) ?? [];
    if (number === '' || number === '.' || number.split('.').some(isTooLong)) {
      throw new Error(`units: invalid ${text}`);
    }
    rest = rest.slice(number.length);
    const [unit = ''] = /^[^0-9.]*/.exec(rest) ?? [];
    const scale = units.get(unit);
    if (scale === undefined) {
      throw new Error(`units: unknown unit ${unit} in ${text}`);
    }
    rest = rest.slice(unit.length);
    total += Number(number) * scale;
  }
  if (total > 2 ** 63) {
    throw new Error('units: overflow parsing unit');
  }
  return Math.trunc(sign * total);
}

/** Whether the digits before or after the point exceed the limit of Alloy's parser. */
function isTooLong(digits: string): boolean {
  return digits.length > 1 && BigInt(digits.slice(0, -1)) >= (2n ** 63n - 10n) / 10n;
}
