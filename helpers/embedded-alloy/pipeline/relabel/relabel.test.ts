import { describe, expect, test } from 'vitest';
import { type RelabelRule, regex, relabelRule } from '../../schema/blocks/relabel-rule.ts';
import { buildArguments } from '../../testing/component-fixture.ts';
import { createLabelBuilder } from './labels.ts';
import { type LabelNames, relabel } from './relabel.ts';

type Labels = Readonly<Record<string, string>>;
type WrittenRule = Partial<Omit<RelabelRule, 'regex'>> & { readonly regex?: string };

/** The labels after one rule; undefined if it drops them. */
function relabelled(
  labels: Labels,
  { regex: source, ...rule }: WrittenRule,
  names: LabelNames = 'legacy',
): Labels | undefined {
  const compiled = source === undefined ? {} : { regex: regex(source) };
  const builder = createLabelBuilder(Object.entries(labels));
  const rules = [buildArguments<RelabelRule>(relabelRule, { ...rule, ...compiled })];
  return relabel(builder, rules, names) ? Object.fromEntries(builder.entries()) : undefined;
}

describe('replace', () => {
  test.each<[string, WrittenRule, Labels]>([
    ['joins the source labels with the separator', { source_labels: ['a', 'b'], target_label: 't' }, { t: '1;2' }],
    [
      'counts a missing label as empty',
      { source_labels: ['a', 'none'], separator: '-', target_label: 't' },
      { t: '1-' },
    ],
    ['matches the whole value only', { source_labels: ['long'], regex: 'x', target_label: 't' }, {}],
    [
      'lets a dot match a newline',
      { source_labels: ['lines'], regex: 'a.b', replacement: 'y', target_label: 't' },
      { t: 'y' },
    ],
    [
      'expands names in braces and without',
      { source_labels: ['long'], regex: '(x)(.*)', replacement: `\${2}-$1`, target_label: 't' },
      { t: 'yz-x' },
    ],
    [
      'uses the longest name after a $',
      { source_labels: ['long'], regex: '(x).*', replacement: 'p$1q', target_label: 't' },
      { t: 'p' },
    ],
    [
      'expands named groups',
      { source_labels: ['long'], regex: '(?P<head>x).*', replacement: `\${head}!`, target_label: 't' },
      { t: 'x!' },
    ],
    [
      'expands a group that did not match to nothing',
      { source_labels: ['a'], regex: '(1)|(2)', replacement: '[$2]', target_label: 't' },
      { t: '[]' },
    ],
    ['writes $$ as a dollar', { source_labels: ['a'], replacement: '$$1', target_label: 't' }, { t: '$1' }],
    [
      'expands the target too',
      { source_labels: ['long'], regex: '(x).*', target_label: 'to_$1', replacement: 'v' },
      { to_x: 'v' },
    ],
    [
      'does nothing if the target expands to an invalid label name',
      { source_labels: ['long'], regex: '(.*)', target_label: '$2' },
      {},
    ],
  ])('%s', (_, rule, added) => {
    const labels = { a: '1', b: '2', long: 'xyz', lines: 'a\nb' };
    expect(relabelled(labels, rule)).toEqual({ ...labels, ...added });
  });

  test('removes the target if the replacement is empty', () => {
    expect(relabelled({ a: '1', t: 'old' }, { source_labels: ['a'], replacement: '', target_label: 't' })).toEqual({
      a: '1',
    });
  });
});

describe('a target label that is invalid before Prometheus 3.0', () => {
  const dashed: WrittenRule = { target_label: 'a-b', replacement: 'v' };

  test('is set with UTF-8 names and ignored with legacy names', () => {
    expect(relabelled({}, dashed, 'utf8')).toEqual({ 'a-b': 'v' });
    expect(relabelled({}, dashed, 'legacy')).toEqual({});
  });

  test('is set if a template expands to it, unless it expands to nothing', () => {
    const rule: WrittenRule = { source_labels: ['src'], regex: '(.*?)(x?)', replacement: 'v' };
    expect(relabelled({ src: 'a-b' }, { ...rule, target_label: '$1' }, 'utf8')).toEqual({ src: 'a-b', 'a-b': 'v' });
    expect(relabelled({ src: 'a-b' }, { ...rule, target_label: '$2' }, 'utf8')).toEqual({ src: 'a-b' });
  });

  test.each(['lowercase', 'uppercase', 'hashmod'] as const)('is set by %s in both modes', (action) => {
    const rule: WrittenRule = { action, source_labels: ['src'], target_label: 'a-b', modulus: 3 };
    expect(relabelled({ src: '1' }, rule, 'legacy')).toHaveProperty('a-b');
  });
});

test.each<[string, WrittenRule, boolean]>([
  ['keep keeps what matches', { action: 'keep', source_labels: ['a'], regex: '1|2' }, true],
  ['keep drops what does not match', { action: 'keep', source_labels: ['a'], regex: '2' }, false],
  ['drop drops what matches', { action: 'drop', source_labels: ['a'], regex: '1' }, false],
  ['drop keeps a value that matches only in part', { action: 'drop', source_labels: ['long'], regex: 'x' }, true],
  ['keepequal keeps equal labels', { action: 'keepequal', source_labels: ['a'], target_label: 'same' }, true],
  ['keepequal drops unequal labels', { action: 'keepequal', source_labels: ['a'], target_label: 'long' }, false],
  ['dropequal drops equal labels', { action: 'dropequal', source_labels: ['a'], target_label: 'same' }, false],
  ['dropequal keeps unequal labels', { action: 'dropequal', source_labels: ['a'], target_label: 'long' }, true],
])('%s', (_, rule, kept) => {
  expect(relabelled({ a: '1', same: '1', long: 'xyz' }, rule) !== undefined).toBe(kept);
});

test('labelmap copies matching labels to the expanded names', () => {
  const rule: WrittenRule = { action: 'labelmap', regex: '__meta_(.+)', replacement: 'm_$1' };
  expect(relabelled({ __meta_x: '1', other: '2' }, rule)).toEqual({ __meta_x: '1', other: '2', m_x: '1' });
});

test('labeldrop and labelkeep match whole names', () => {
  const labels = { ab: '1', abc: '2', b: '3' };
  expect(relabelled(labels, { action: 'labeldrop', regex: 'ab' })).toEqual({ abc: '2', b: '3' });
  expect(relabelled(labels, { action: 'labelkeep', regex: 'ab' })).toEqual({ ab: '1' });
});

test('lowercase and uppercase write into their target', () => {
  expect(relabelled({ a: 'MiX' }, { action: 'lowercase', source_labels: ['a'], target_label: 't' })?.t).toBe('mix');
  expect(relabelled({ a: 'MiX' }, { action: 'uppercase', source_labels: ['a'], target_label: 't' })?.t).toBe('MIX');
});

test('hashmod computes the same shard as Prometheus', () => {
  const rule = { action: 'hashmod', source_labels: ['a'], target_label: 'shard' } as const;
  // Recorded from Alloy 1.18: "one" modulo 8.
  expect(relabelled({ a: 'one' }, { ...rule, modulus: 8 })?.shard).toBe('2');
  expect(relabelled({ a: 'baz' }, { ...rule, modulus: 1000 })?.shard).toBe('976');
});
