import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Order } from '../run/run.ts';
import { ROOT } from '../settings/settings.ts';
import { declaredPhase, hasOrder, phaseFiles } from './criteria.ts';

/** The rows of a guide: its criteria in plain words, without the code marks that Markdown needs. */
function guideOf(phase: string): { id: string; title: string }[] {
  const guide = readFileSync(join(ROOT, 'grafana-alloy', `TESTING_${phase.toUpperCase()}.md`), 'utf8');
  return [...guide.matchAll(/^\| (P\d+\.\d+) \| ([^|]+?) \|/gm)].map(([, id = '', title = '']) => ({
    id,
    title: title.replaceAll('`', ''),
  }));
}

const plain = (title: string) => title.replaceAll('’', "'");

describe('the guides and the specs are in step', () => {
  test.each(phaseFiles().map((file) => [declaredPhase(file).id, file]))(
    '%s: the same ids and titles, in the same order',
    (id, file) => {
      const declared = declaredPhase(file).criteria.map((criterion) => ({
        ...criterion,
        title: plain(criterion.title),
      }));
      expect(declared.length).toBeGreaterThan(0);
      expect(declared).toEqual(guideOf(id));
    },
  );

  test('every test of a spec is one of its criteria', () => {
    for (const file of phaseFiles()) {
      const calls = [...readFileSync(file, 'utf8').matchAll(/^\s*(?:test|outage|alone)(?:\.\w+)*\(/gm)];
      expect(calls.length, file).toBe(declaredPhase(file).criteria.length);
    }
  });

  test('the numbers of a phase run from 1 without a gap', () => {
    for (const file of phaseFiles()) {
      const { id, criteria } = declaredPhase(file);
      expect(criteria.map((criterion) => criterion.id)).toEqual(
        criteria.map((_, index) => `P${id.replace('phase', '')}.${index + 1}`),
      );
    }
  });
});

test('only phases that take away what others use have a part in the order of outages', () => {
  const idsOf = (order: Order) =>
    phaseFiles()
      .map(declaredPhase)
      .filter((phase) => hasOrder(phase, order))
      .map(({ id }) => id);
  expect(idsOf('criteria')).toEqual(['phase1', 'phase2', 'phase3', 'phase4', 'phase5', 'phase6', 'phase7']);
  expect(idsOf('outages')).toEqual(['phase2', 'phase3', 'phase7']);
});
