import { createHash } from 'node:crypto';
import type { RE2JS } from 're2js';
import type { RelabelRule } from '../../schema/blocks/relabel-rule.ts';
import type { LabelBuilder } from './labels.ts';

/**
 * The label names that `replace` accepts: any text, as since Prometheus 3.0, or only those allowed before. Alloy uses
 * the first for targets and the second for series; no other action checks the name.
 */
export type LabelNames = 'utf8' | 'legacy';

const labelNames: Readonly<Record<LabelNames, RegExp>> = { utf8: /./s, legacy: /^[a-zA-Z_][a-zA-Z0-9_]*$/ };

/**
 * Applies `rules` to `labels` in order (Prometheus configuration, "relabel_config"). Returns false if a rule drops
 * them; later rules are then not applied. A `replace` to a name that `names` does not allow changes nothing.
 */
export function relabel(labels: LabelBuilder, rules: readonly RelabelRule[], names: LabelNames): boolean {
  return rules.every((rule) => apply(labels, rule, names));
}

function apply(labels: LabelBuilder, rule: RelabelRule, names: LabelNames): boolean {
  const regex = rule.regex.compiled;
  const value = rule.source_labels.map(labels.get).join(rule.separator);
  switch (rule.action) {
    case 'drop':
      return !regex.matcher(value).find();
    case 'keep':
      return regex.matcher(value).find();
    case 'dropequal':
      return labels.get(rule.target_label) !== value;
    case 'keepequal':
      return labels.get(rule.target_label) === value;
    case 'replace':
      replace(labels, rule, value, names);
      return true;
    case 'lowercase':
      labels.set(rule.target_label, value.toLowerCase());
      return true;
    case 'uppercase':
      labels.set(rule.target_label, value.toUpperCase());
      return true;
    case 'hashmod':
      labels.set(rule.target_label, hashModulus(value, rule.modulus));
      return true;
    case 'labelmap':
      for (const [name, held] of filterByName(labels, regex, true)) {
        labels.set(expandTemplate(rule.replacement, regex, name) ?? name, held);
      }
      return true;
    case 'labeldrop':
      for (const [name] of filterByName(labels, regex, true)) {
        labels.set(name, '');
      }
      return true;
    case 'labelkeep':
      for (const [name] of filterByName(labels, regex, false)) {
        labels.set(name, '');
      }
      return true;
  }
}

function replace(labels: LabelBuilder, rule: RelabelRule, value: string, names: LabelNames): void {
  const target = expandTemplate(rule.target_label, rule.regex.compiled, value);
  if (target === undefined || !labelNames[names].test(target)) {
    return;
  }
  labels.set(target, expandTemplate(rule.replacement, rule.regex.compiled, value) ?? '');
}

/** The last eight bytes of the MD5 hash modulo `modulus`, as Prometheus computes it. */
function hashModulus(value: string, modulus: number): string {
  return String(createHash('md5').update(value).digest().readBigUInt64BE(8) % BigInt(modulus));
}

function filterByName(labels: LabelBuilder, regex: RE2JS, wanted: boolean): readonly (readonly [string, string])[] {
  return labels.entries().filter(([name]) => regex.matcher(name).find() === wanted);
}

/** `$1`, `${1}`, `$name`, `${name}` or `$$`, with the longest possible name (Go `regexp.Expand`). */
const REFERENCE = /\$(?:(\$)|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g;

/**
 * Expands the references in `template` with the groups of `regex` in `text`, by Go's rules: a group that does not exist
 * or did not match is empty. Undefined if `regex` does not match.
 */
function expandTemplate(template: string, regex: RE2JS, text: string): string | undefined {
  const matcher = regex.matcher(text);
  if (!matcher.find()) {
    return undefined;
  }
  const named: Readonly<Record<string, number>> = regex.namedGroups();
  return template.replace(REFERENCE, (_, dollar: string | undefined, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? '';
    if (dollar !== undefined) {
      return '$';
    }
    const index = /^\d+$/.test(name) ? Number(name) : named[name];
    return index === undefined || index > matcher.groupCount() ? '' : (matcher.group(index) ?? '');
  });
}
