import { RE2JS } from 're2js';
import { quote } from '../../language/syntax/quote.ts';
import { block, type DecodedBlock, optional } from '../schema.ts';
import { choice, list, string, text, uint } from '../types.ts';

/** The expression of a relabelling rule: its source, and the compiled RE2 that matches whole strings. */
export type Regex = { readonly source: string; readonly compiled: RE2JS };

/**
 * Compiles `source` as relabelling does: anchored at both ends, `.` matches newlines. @throws Error with Go's message
 */
export function regex(source: string): Regex {
  return { source, compiled: RE2JS.compile(`^(?s:${source})$`) };
}

const actions = [
  'replace',
  'keep',
  'drop',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
] as const;

type Action = (typeof actions)[number];

const withTarget: readonly Action[] = ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'];
const withoutReplacement: readonly Action[] = ['lowercase', 'uppercase', 'keepequal', 'dropequal'];
const labelTemplate = /^(?:(?:[a-zA-Z_]|\$(?:\{[0-9A-Za-z_]+\}|[0-9A-Za-z_]+))+[0-9A-Za-z_]*)+$/;
const everything = regex('(.*)');

/** `rule` of `discovery.relabel` and `prometheus.relabel`, `write_relabel_config` of `prometheus.remote_write`. */
export const relabelRule = block(
  {
    source_labels: optional(list(string)),
    separator: optional(string, ';'),
    regex: optional(
      text<Regex>(regex, regex(''), ({ source }) => source),
      everything,
      'always',
    ),
    modulus: optional(uint),
    target_label: optional(string),
    replacement: optional(string, '$1'),
    action: optional(
      choice(actions, 'replace', (written) => `unrecognized action type ${quote(written)}`),
      'replace',
    ),
  },
  (rule) => {
    const { action, target_label: target } = rule;
    if (rule.modulus === 0 && action === 'hashmod') {
      return 'relabel configuration for hashmod requires non-zero modulus';
    }
    if (withTarget.includes(action) && target === '') {
      return `relabel configuration for ${action} action requires 'target_label' value`;
    }
    // Any text is a label name, as since Prometheus 3.0; only a template is limited to label characters.
    if (action === 'replace' && target.includes('$') && !labelTemplate.test(target)) {
      return `${quote(target)} is invalid 'target_label' for ${action} action`;
    }
    if (withoutReplacement.includes(action) && rule.replacement !== '$1') {
      return `'replacement' can not be set for ${action} action`;
    }
    if (action === 'labelmap' && !labelTemplate.test(rule.replacement)) {
      return `${quote(rule.replacement)} is invalid 'replacement' for ${action} action`;
    }
    const plain = rule.modulus === 0 && rule.separator === ';' && rule.replacement === '$1';
    if (action === 'labeldrop' || action === 'labelkeep') {
      return rule.source_labels.length > 0 || target !== '' || !plain
        ? `${action} action requires only 'regex', and no other fields`
        : undefined;
    }
    return (action === 'keepequal' || action === 'dropequal') && (rule.regex.source !== '(.*)' || !plain)
      ? `${action} action requires only 'source_labels' and 'target_label', and no other fields`
      : undefined;
  },
);

/** One relabelling rule, decoded. */
export type RelabelRule = DecodedBlock<typeof relabelRule>;
