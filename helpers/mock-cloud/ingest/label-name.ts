import { DecodeError } from '../../otlp/message.ts';

/** Translates an attribute's name. Throws {@link DecodeError} if nothing but underscores would be left of it. */
export type LabelNamer = (attribute: string) => string;

const MAX_NAMES = 4096;

/**
 * The name of an attribute of a metric as a label, as Mimir and Prometheus 3 build it by default: every character but
 * letters, digits and `_` becomes `_`; `key_` is put before a leading digit, `key` before a single leading underscore.
 */
export const buildLabelName: LabelNamer = createNamer((attribute) => {
  const name = attribute.replace(/[^a-zA-Z0-9_]/gu, '_');
  if (/^\d/.test(name)) return `key_${name}`;
  return /^_(?!_)/.test(name) ? `key${name}` : name;
});

/**
 * The name of an attribute of a log as Loki 3 builds it: as {@link buildLabelName}, but repeated underscores become one,
 * except around a name between double underscores, and a leading one stays as it is.
 */
export const buildMetadataName: LabelNamer = createNamer((attribute) => {
  const reserved = /^__(.*)__$/s.exec(attribute)?.[1];
  if (reserved !== undefined) return `__${collapse(reserved)}__`;
  const name = collapse(attribute);
  return /^\d/.test(name) ? `key_${name}` : name;
});

function collapse(attribute: string): string {
  return attribute.replace(/[^a-zA-Z0-9]+/g, '_');
}

/** Remembers names: an export repeats the same few in each of its records. */
function createNamer(translate: LabelNamer): LabelNamer {
  const names = new Map<string, string>();
  return (attribute) => {
    const known = names.get(attribute);
    if (known !== undefined) return known;
    if (attribute === '') throw new DecodeError('label name is empty');
    const name = translate(attribute);
    if (/^_*$/.test(name)) {
      throw new DecodeError(`normalization for label name "${attribute}" resulted in invalid name "${name}"`);
    }
    if (names.size < MAX_NAMES) names.set(attribute, name);
    return name;
  };
}
