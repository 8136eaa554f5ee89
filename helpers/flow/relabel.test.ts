import { describe, expect, test } from 'vitest';
import { type RelabelRule, relabel } from './relabel.ts';

const rule = (changes: Partial<RelabelRule>): RelabelRule => ({
  action: 'replace',
  sourceLabels: [],
  regex: '(.*)',
  separator: ';',
  targetLabel: '',
  replacement: '$1',
  modulus: 0,
  ...changes,
});
const series = { __name__: 'redis_up', job: 'redis', instance: 'a:1' };
const ofName = { sourceLabels: ['__name__'], regex: 'redis_(.*)' };

describe('labels after rules', () => {
  test.each<[string, Partial<RelabelRule>, object]>([
    ['drop', { ...ofName, action: 'drop' }, { droppedBy: 0 }],
    ['keep, of others', { ...ofName, action: 'keep', regex: 'pg_.*' }, { droppedBy: 0 }],
    ['dropequal', { action: 'dropequal', sourceLabels: ['job'], targetLabel: 'job' }, { droppedBy: 0 }],
    ['keepequal', { action: 'keepequal', sourceLabels: ['job'], targetLabel: 'instance' }, { droppedBy: 0 }],
    [
      'replace',
      { ...ofName, targetLabel: '__name__', replacement: 'x_$' + '{1}' },
      { labels: { ...series, __name__: 'x_up' }, changedBy: { __name__: 0 } },
    ],
    ['replace, of others', { ...ofName, regex: 'pg_.*', targetLabel: 'job' }, { labels: series, changedBy: {} }],
    ['replace, by the same', { targetLabel: 'job', replacement: 'redis' }, { labels: series, changedBy: {} }],
    ['uppercase', { action: 'uppercase', sourceLabels: ['job'], targetLabel: 'job' }, { changedBy: { job: 0 } }],
    ['labeldrop', { action: 'labeldrop', regex: 'inst.*' }, { labels: { __name__: 'redis_up', job: 'redis' } }],
    ['labelkeep', { action: 'labelkeep', regex: 'job|__name__' }, { changedBy: { instance: 0 } }],
    [
      'labelmap',
      { action: 'labelmap', regex: 'j(.*)', replacement: 'my_j$1' },
      { labels: { ...series, my_job: 'redis' } },
    ],
    [
      'a regex of several labels',
      { action: 'drop', sourceLabels: ['job', 'instance'], regex: 'redis;a:1' },
      { droppedBy: 0 },
    ],
    ['a regex that is not understood', { action: 'drop', regex: '(' }, { labels: series }],
  ])('%s', (_, changes, expected) => {
    expect(relabel([rule(changes)], series, true)).toMatchObject(expected);
  });

  test('a rule that reads what is not known is left out', () => {
    const keep = rule({ action: 'keep', sourceLabels: ['queue'], regex: 'orders' });
    expect(relabel([keep], series, true)).toMatchObject({ droppedBy: 0 });
    expect(relabel([keep], series, false)).toEqual({ labels: series, changedBy: {} });
  });
});
