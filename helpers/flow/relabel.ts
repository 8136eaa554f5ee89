/** Relabelling as Alloy and Prometheus do it: what rules make of the labels of a target or a series. */
import { createHash } from 'node:crypto';
import { findSetting, readList, readText, type Setting } from '../clients/alloy-graph.ts';
import type { Labels } from '../clients/prometheus.ts';

/** A rule of relabelling as evaluated, with Alloy's defaults. */
export type RelabelRule = {
  readonly action: string;
  readonly sourceLabels: readonly string[];
  readonly regex: string;
  readonly separator: string;
  readonly targetLabel: string;
  readonly replacement: string;
  readonly modulus: number;
};

/** What rules make of labels: `changedBy` has, for each label, the position of the last rule that set or removed it. */
export type Relabelled = {
  readonly labels: Labels;
  readonly changedBy: Readonly<Record<string, number>>;
  /** The position of the rule that takes it out. */
  readonly droppedBy?: number;
};

/** The rules of a component, or those among other settings: of `write_relabel_config` too. */
export function listRules(settings: readonly Setting[] | undefined, name = 'rule'): RelabelRule[] {
  return (settings ?? [])
    .filter((setting) => setting.name === name)
    .map(({ body }) => ({
      action: readText(body, 'action') ?? 'replace',
      sourceLabels: (readList(body, 'source_labels') ?? []).map(({ value }) => String(value)),
      regex: readText(body, 'regex') ?? '(.*)',
      separator: readText(body, 'separator') ?? ';',
      targetLabel: readText(body, 'target_label') ?? '',
      replacement: readText(body, 'replacement') ?? '$1',
      modulus: Number(findSetting(body, 'modulus')?.value?.value ?? 0),
    }));
}

/**
 * Applies rules to labels. Where not all of them are known, the rules that read others are left out, and so are those with a regex
 * that JavaScript refuses.
 */
export function relabel(rules: readonly RelabelRule[], from: Labels, areAllKnown: boolean): Relabelled {
  const labels: Record<string, string> = { ...from };
  const changedBy: Record<string, number> = {};
  const set = (name: string, value: string, index: number) => {
    if (name === '' || (labels[name] ?? '') === value) return;
    if (value === '') delete labels[name];
    else labels[name] = value;
    changedBy[name] = index;
  };
  for (const [index, rule] of rules.entries()) {
    const { action, sourceLabels, separator, targetLabel, replacement } = rule;
    if (!areAllKnown && sourceLabels.some((name) => labels[name] === undefined)) continue;
    const text = sourceLabels.map((name) => labels[name] ?? '').join(separator);
    const regex = compile(rule.regex);
    if (regex === undefined) continue;
    const match = regex.exec(text);
    switch (action) {
      case 'keep':
        if (match === null) return { labels, changedBy, droppedBy: index };
        break;
      case 'drop':
        if (match !== null) return { labels, changedBy, droppedBy: index };
        break;
      case 'keepequal':
      case 'dropequal':
        if (((labels[targetLabel] ?? '') === text) === (action === 'dropequal'))
          return { labels, changedBy, droppedBy: index };
        break;
      case 'replace':
        if (match !== null) set(expand(targetLabel, match), expand(replacement, match), index);
        break;
      case 'hashmod':
        if (rule.modulus > 0) set(targetLabel, String(hash(text) % BigInt(rule.modulus)), index);
        break;
      case 'lowercase':
        set(targetLabel, text.toLowerCase(), index);
        break;
      case 'uppercase':
        set(targetLabel, text.toUpperCase(), index);
        break;
      case 'labeldrop':
      case 'labelkeep':
        for (const name of Object.keys(labels)) if (regex.test(name) === (action === 'labeldrop')) set(name, '', index);
        break;
      case 'labelmap':
        for (const [name, value] of Object.entries(labels)) {
          const found = regex.exec(name);
          if (found !== null) set(expand(replacement, found), value, index);
        }
        break;
    }
  }
  return { labels, changedBy };
}

/** The last eight bytes of the MD5 hash, as Prometheus's `hashmod` takes them (model/relabel/relabel.go). */
function hash(text: string): bigint {
  return createHash('md5').update(text).digest().readBigUInt64BE(8);
}

/** `$1`, `${1}` and `${name}`, as Go expands them. */
function expand(template: string, match: RegExpExecArray): string {
  return template.replaceAll(/\$(?:\{(\w+)\}|(\w+)|(\$))/g, (_, braced?: string, plain?: string, dollar?: string) => {
    if (dollar !== undefined) return '$';
    const name = braced ?? plain ?? '';
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
}

/** RE2 and JavaScript agree in what people write here; what JavaScript refuses is not judged. */
function compile(regex: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${regex.replaceAll('(?P<', '(?<')})$`, 's');
  } catch {
    return undefined;
  }
}
