import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Order } from '../run/run.ts';
import { ROOT } from '../settings/settings.ts';

/** The orders of a run's criteria, one after the other. */
export const ORDERS: readonly Order[] = ['criteria', 'outages'];

/** A criterion as its spec declares it. */
export type DeclaredCriterion = { readonly id: string; readonly title: string };
/** A phase as its spec declares it; `id` is `phase1` and so on. */
export type DeclaredPhase = {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  readonly criteria: readonly DeclaredCriterion[];
  /** Whether one of them takes away a part of the stack that other phases use. */
  readonly hasOutage: boolean;
};

/** The paths of all phase specs, in the order of the phases. */
export function phaseFiles(): string[] {
  return globSync('phases/phase*.spec.ts', { cwd: ROOT })
    .map((file) => join(ROOT, file))
    .sort();
}

/** What a spec file declares, read from its text: so a criterion that never ran is missed, too. */
export function declaredPhase(file: string): DeclaredPhase {
  const source = readFileSync(file, 'utf8');
  const title = /describe\('Phase \d+: ([^']+)'/.exec(source)?.[1] ?? basename(file);
  const criteria = [...source.matchAll(/\b(?:test|outage|alone)\(\s*'(P\d+\.\d+) ([^']+)'/g)].map(
    ([, id = '', name = '']) => ({
      id,
      title: name,
    }),
  );
  return {
    id: /phase\d+/.exec(basename(file))?.[0] ?? basename(file),
    title,
    file,
    criteria,
    hasOutage: /^\s*outage\(/m.test(source),
  };
}

/** Whether a phase has criteria of this order. */
export function hasOrder({ hasOutage }: DeclaredPhase, order: Order): boolean {
  return order === 'criteria' || hasOutage;
}

const CHOSEN = 'ALLOY_VERIFY_PHASES';

/** The spec files that `verify` was asked for, which run as one; none where vitest was started by itself. */
export function chosenPhases(): string[] {
  return (process.env[CHOSEN] ?? '').split(':').filter((file) => file !== '');
}

/** Has these spec files run as one, in this process and those that it starts. */
export function choosePhases(files: readonly string[]): void {
  process.env[CHOSEN] = files.join(':');
}
