import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutants } from './catalog/catalog.ts';
import { judge, type Outcome } from './judge.ts';
import type { Mutant } from './mutant.ts';
import { runPool } from './pool.ts';
import { explain } from './report.ts';
import { MUTANTS_DIRECTORY } from './run-phases.ts';

/** Of each kind some: those that people had tried on the suite before anybody had written a rule for them. */
const SAMPLE = [
  'c03 c07 c09 c12 c22 c26 c30 c33 c35 c39 c59', // the configuration
  'e16 e17', // the variables of Grafana Cloud
  'e21a e25', // a service
  's01 s08', // the stack
  'm01 m05 m06', // the backend
  'n01 n18', // nothing at all
].flatMap((ids) => ids.split(' '));

/** As many as two cores carry beside nothing else. */
const STACKS = 3;

const chosen = SAMPLE.map((id) => mutants.find((mutant) => mutant.id === id) ?? id);
const known = chosen.filter((mutant): mutant is Mutant => typeof mutant !== 'string');
const outcomes = new Map(known.map((mutant) => [mutant, Promise.withResolvers<Outcome>()]));
const pool = runPool(known, STACKS, (mutant, outcome) => outcomes.get(mutant)?.resolve(outcome));

test('the sample has only mutants that there are', () => {
  expect(chosen.filter((mutant) => typeof mutant === 'string')).toEqual([]);
});

test.each(known)('$id: $title', async (mutant) => {
  const judged = judge(mutant, (await Promise.race([outcomes.get(mutant)?.promise, pool])) as Outcome);
  // Empty where it is caught and its cause is right; else what a person has to look at.
  expect(explain(judged)).toEqual([]);
});

test('each mutant has a verdict of its own', async () => {
  await pool;
  const verdict = JSON.parse(readFileSync(join(MUTANTS_DIRECTORY, 'c03.json'), 'utf8'));
  expect(verdict).toMatchObject({ schema: 1, backend: 'mock', phases: [{ id: 'phase1' }] });
});
