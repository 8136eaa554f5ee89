import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../settings/settings.ts';
import { isPart, type Part } from './part.ts';

/** When a criterion runs: outages take away what several phases use, so they run when all other criteria have ended. */
export type Order = 'criteria' | 'outages';
/** The orders of a run, in the order in which they run. */
export const orders: readonly Order[] = ['criteria', 'outages'];

/** A criterion as its spec declares it. */
export type DeclaredCriterion = { readonly id: string; readonly title: string; readonly order: Order };
/** A phase as its spec declares it; `id` is `phase1` and so on, `file` an absolute path. */
export type DeclaredPhase = {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  /** The parts that it needs beside Alloy and the backend. */
  readonly needs: readonly Part[];
  readonly criteria: readonly DeclaredCriterion[];
};

/** Every phase of the project, in order. Throws where a spec does not declare what it needs. */
export function readPhases(): DeclaredPhase[] {
  return globSync('phases/phase*.spec.ts', { cwd: ROOT })
    .map((file) => readPhase(join(ROOT, file)))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

/**
 * Reads a phase from the text of its spec, which can't be imported outside of vitest: so set-up knows the needs, and the
 * verdict misses a criterion that never ran. Throws where the spec has no `phase('Phase N: …', { needs: […] }, …)`.
 */
export function readPhase(file: string): DeclaredPhase {
  const source = readFileSync(file, 'utf8');
  const id = /^phase\d+/.exec(basename(file))?.[0];
  const [, number, title = '', list = ''] =
    /^phase\(\s*'Phase (\d+): ([^']+)',\s*\{\s*needs: \[([^\]]*)\]/m.exec(source) ?? [];
  if (id === undefined || id !== `phase${number}`) {
    throw new Error(`${file} has to be called phaseN-….spec.ts and to declare phase('Phase N: …', { needs: […] }, …)`);
  }
  const needs = [...list.matchAll(/'([^']*)'/g)].map(([, name = '']) => {
    if (isPart(name)) return name;
    throw new Error(`${file} needs '${name}', which is not a part of the stack`);
  });
  const criteria = [...source.matchAll(/\b(test|outage|alone)\(\s*'(P\d+\.\d+) ([^']+)'/g)].map(
    ([, kind, criterion = '', name = '']): DeclaredCriterion => ({
      id: criterion,
      title: name,
      order: kind === 'outage' ? 'outages' : 'criteria',
    }),
  );
  return { id, title, file, needs, criteria };
}

/** Whether a phase has criteria of this order. */
export function hasOrder({ criteria }: DeclaredPhase, order: Order): boolean {
  return criteria.some((criterion) => criterion.order === order);
}

/** The parts that a run of these phases starts, Alloy and the mock cloud always among them. */
export function listParts(phases: readonly DeclaredPhase[]): Part[] {
  return [...new Set<Part>(['cloud', 'alloy', ...phases.flatMap(({ needs }) => needs)])];
}
