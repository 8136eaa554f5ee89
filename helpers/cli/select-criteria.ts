import { CannotRun } from '../run/cannot-run.ts';
import type { DeclaredPhase } from '../run/phases.ts';

/** The named phases, and the criteria with the named IDs. Throws {@link CannotRun} for a name of neither. */
export function selectCriteria(phases: readonly DeclaredPhase[], names: readonly string[]): DeclaredPhase[] {
  const unknown = names.filter((name) => !phases.some(({ id, criteria }) => [id, ...listIds(criteria)].includes(name)));
  if (unknown.length > 0) {
    const [first, last] = [phases.at(0), phases.at(-1)];
    throw new CannotRun(
      `no phase and no criterion is called ${unknown.map((name) => (/^\S+$/.test(name) ? name : `'${name}'`)).join(', ')}.`,
      `name phases, ${first?.id} to ${last?.id}, or criteria by their IDs, such as ${first?.criteria[0]?.id}.`,
    );
  }
  return phases.flatMap((phase) => {
    const isWhole = names.includes(phase.id);
    const criteria = phase.criteria.filter(({ id }) => isWhole || names.includes(id));
    return criteria.length === 0 ? [] : [{ ...phase, criteria }];
  });
}

/** Matches the tests of these criteria: their names begin with their IDs. */
export function matchCriteria(phases: readonly DeclaredPhase[]): RegExp {
  const ids = phases.flatMap(({ criteria }) => listIds(criteria));
  return new RegExp(` (?:${ids.map((id) => id.replace('.', '\\.')).join('|')}) `);
}

function listIds(criteria: DeclaredPhase['criteria']): string[] {
  return criteria.map(({ id }) => id);
}
