import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';
import type { Part } from './part.ts';
import { hasOrder, listParts, type Order, readPhase, readPhases } from './phases.ts';

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

test('a run of a phase needs what its parts need, Alloy and the mock cloud, and nothing else', () => {
  const parts = (needs: readonly Part[]) =>
    listParts([{ id: 'phase8', title: '', file: '', needs, criteria: [] }]).sort();
  expect(parts([])).toEqual(['alloy', 'cloud']);
  expect(parts(['redis'])).toEqual(['alloy', 'cloud', 'redis']);
  expect(parts(['api'])).toEqual(['alloy', 'api', 'cloud', 'postgres', 'rabbitmq', 'redis']);
});

describe('a spec', () => {
  const directory = mkdtempSync(join(tmpdir(), 'phases-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const read = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return readPhase(join(directory, name));
  };

  test('declares what it needs, on one line or several', () => {
    const lines =
      "phase(\n  'Phase 8: more',\n  {\n    needs: [\n      'api',\n      'redis',\n    ],\n  },\n  () => {},\n);";
    expect(read('phase8-more.spec.ts', lines)).toMatchObject({ id: 'phase8', title: 'more', needs: ['api', 'redis'] });
    expect(read('phase9-none.spec.ts', "phase('Phase 9: none', { needs: [] }, () => {});").needs).toEqual([]);
  });

  test('is refused where it does not declare that, or needs what is not a part', () => {
    expect(() => read('phase8-a.spec.ts', "describe('Phase 8: x', () => {});")).toThrow(/has to be called phaseN/);
    expect(() => read('phase8-b.spec.ts', "phase('Phase 9: x', { needs: [] }, () => {});")).toThrow(/phaseN/);
    expect(() => read('phase8-c.spec.ts', "phase('Phase 8: x', { needs: ['kafka'] }, () => {});")).toThrow(
      /'kafka', which is not a part/,
    );
  });
});
