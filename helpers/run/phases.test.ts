import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';
import { hasOrder, type Order, readPhases } from './phases.ts';

/** The rows of a guide: its criteria in plain words, without the code marks that Markdown needs. */
function readGuide(phase: string): { id: string; title: string }[] {
  const guide = readFileSync(join(ROOT, 'grafana-alloy', `TESTING_${phase.toUpperCase()}.md`), 'utf8');
  return [...guide.matchAll(/^\| (P\d+\.\d+) \| ([^|]+?) \|/gm)].map(([, id = '', title = '']) => ({
    id,
    title: title.replaceAll('`', ''),
  }));
}

const plain = (title: string) => title.replaceAll('’', "'");
const phases = readPhases();

describe('the guides and the specs are in step', () => {
  test.each(phases.map((phase) => [phase.id, phase] as const))(
    '%s: the same ids and titles, in the same order',
    (id, { criteria }) => {
      expect(criteria.length).toBeGreaterThan(0);
      expect(criteria.map((criterion) => ({ id: criterion.id, title: plain(criterion.title) }))).toEqual(readGuide(id));
    },
  );

  test('every test of a spec is one of its criteria', () => {
    for (const { file, criteria } of phases) {
      const calls = [...readFileSync(file, 'utf8').matchAll(/^\s*(?:test|outage|alone)(?:\.\w+)*\(/gm)];
      expect(calls.length, file).toBe(criteria.length);
    }
  });

  test('the numbers of a phase run from 1 without a gap', () => {
    for (const { id, criteria } of phases) {
      expect(criteria.map((criterion) => criterion.id)).toEqual(
        criteria.map((_, index) => `P${id.replace('phase', '')}.${index + 1}`),
      );
    }
  });
});

test('only phases that take away what others use have a part in the order of outages', () => {
  const listIds = (order: Order) => phases.filter((phase) => hasOrder(phase, order)).map(({ id }) => id);
  expect(listIds('criteria')).toEqual(['phase1', 'phase2', 'phase3', 'phase4', 'phase5', 'phase6', 'phase7']);
  expect(listIds('outages')).toEqual(['phase2', 'phase3', 'phase7']);
});
