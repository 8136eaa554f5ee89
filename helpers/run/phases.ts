import { addDependencies, type Part } from './part.ts';

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
  /** The parts that its criteria use, beside Alloy and the backend. */
  readonly needs: readonly Part[];
  readonly criteria: readonly DeclaredCriterion[];
};

/** Whether a phase has criteria of this order. */
export function hasOrder({ criteria }: DeclaredPhase, order: Order): boolean {
  return criteria.some((criterion) => criterion.order === order);
}

/** The parts that a run of these phases needs: those that they name with what those need, Alloy and the mock cloud always. */
export function listParts(phases: readonly DeclaredPhase[]): Part[] {
  return addDependencies(['mock-cloud', 'alloy', ...phases.flatMap(({ needs }) => needs)]);
}
