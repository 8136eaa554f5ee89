import { createHash } from 'node:crypto';
import type { RE2JS } from 're2js';
import type { RelabelRule } from '../../schema/blocks/relabel-rule.ts';
import type { LabelBuilder } from './labels.ts';

/**
 * What `replace` takes for the name of a label: any text, as Prometheus since 3.0, or what Prometheus took before. A real
 * Alloy has the first for targets and the second for series; no other action looks at the name in either.
 */
export type LabelNames = 'utf8' | 'legacy';

const labelNames: Readonly<Record<LabelNames, RegExp>> = { utf8: /./s, legacy: /^[a-zA-Z_][a-zA-Z0-9_]*$/ };

/**
 * Applies `rules` to `labels` in their order (Prometheus configuration, "relabel_config"). Returns false when a rule drops
 * the whole; the labels are then as far as the rules had got. A `replace` to what is not one of `names` changes nothing.
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
      for (const [name, held] of matching(labels, regex, true)) {
        labels.set(expandTemplate(rule.replacement, regex, name) ?? name, held);
      }
      return true;
    case 'labeldrop':
      for (const [name] of matching(labels, regex, true)) {
        labels.set(name, '');
      }
      return true;
    case 'labelkeep':
      for (const [name] of matching(labels, regex, false)) {
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

/** The last eight bytes of the MD5 sum as a number, modulo `modulus`: what keeps shards the same across programs. */
function hashModulus(value: string, modulus: number): string {
  return String(createHash('md5').update(value).digest().readBigUInt64BE(8) % BigInt(modulus));
}

function matching(labels: LabelBuilder, regex: RE2JS, wanted: boolean): readonly (readonly [string, string])[] {
  return labels.entries().filter(([name]) => regex.matcher(name).find() === wanted);
}

/** `$1`, `${1}`, `$name`, `${name}` or `$$`: the name is as long as it can be (Go `regexp.Expand`). */
const REFERENCE = /\$(?:(\$)|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g;

/**
 * `template` with the groups of `regex`'s match of `text` in place of its references, by Go's rules; a group that does not
 * exist or took no part is empty. Undefined when `regex` does not match.
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
