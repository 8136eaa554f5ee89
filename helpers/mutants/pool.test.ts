import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutants } from './catalog/catalog.ts';
import { judge, type Outcome } from './judge.ts';
import { runPool } from './pool.ts';
import { MUTANTS_DIRECTORY } from './run-phases.ts';

test('mutants break one stack after the other, each is judged by its own run, and what is whole again stays silent', async () => {
  const chosen = mutants.filter(({ id }) => ['v20', 'a26', 'n18'].includes(id));
  const outcomes = new Map<string, Outcome>();
  await runPool(chosen, 1, ({ id }, outcome) => outcomes.set(id, outcome));
  const judged = chosen.map((mutant) => judge(mutant, outcomes.get(mutant.id) as Outcome));
  expect(judged).toMatchObject([
    { id: 'v20', isCaught: true, grade: 'right' },
    { id: 'a26', isCaught: true, grade: 'right' },
    { id: 'n18', isCaught: true, isNoOp: true },
  ]);
  const verdict = JSON.parse(readFileSync(join(MUTANTS_DIRECTORY, 'v20.json'), 'utf8'));
  expect(verdict).toMatchObject({ schema: 1, backend: 'mock', phases: [{ id: 'phase1' }] });
}, 180_000);
