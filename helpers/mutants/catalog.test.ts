import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPhases } from '../run/read-phases.ts';
import { ROOT } from '../settings/settings.ts';
import { mutants } from './catalog/catalog.ts';
import { applyEdits } from './edit.ts';

const configuration = readFileSync(join(ROOT, 'grafana-alloy', 'config.alloy'), 'utf8');

test('each mutant has an ID of its own', () => {
  const ids = mutants.map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test('each edit applies to the shipped configuration, and changes it', () => {
  for (const { id, breaks } of mutants) {
    if (breaks.configuration === undefined) continue;
    expect(applyEdits(configuration, breaks.configuration), id).not.toBe(configuration);
  }
});

test('each mutant concerns phases and criteria that there are', () => {
  const known = readPhases().flatMap(({ id, criteria }) => [id, ...criteria.map((criterion) => criterion.id)]);
  for (const { id, run, expected } of mutants) {
    expect(
      [...run, ...(expected?.fails ?? [])].filter((name) => !known.includes(name)),
      id,
    ).toEqual([]);
  }
});
