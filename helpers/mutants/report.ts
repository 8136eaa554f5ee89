import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../settings/settings.ts';
import { isProven, type Judged, summarize } from './judge.ts';

/** What the last `npm run mutants` found. */
export const MUTANTS_FILE: string = join(ROOT, 'reports', 'mutants.json');

const ID_WIDTH = 6;
const TITLE_WIDTH = 66;

/** A mutant in a line: ID, title, whether it was caught, how good its cause is, seconds. */
export function formatLine({ id, title, isNoOp, isCaught, grade, seconds, problem }: Judged): string {
  const caught = isNoOp ? (isCaught ? 'silent' : 'LOUD') : isCaught ? 'caught' : 'MISSED';
  const state = problem === undefined ? caught : 'BROKEN';
  const short = title.length > TITLE_WIDTH ? `${title.slice(0, TITLE_WIDTH - 1)}…` : title;
  return [
    id.padEnd(ID_WIDTH),
    short.padEnd(TITLE_WIDTH),
    state.padEnd(6),
    grade.padEnd(5),
    `${seconds.toFixed(1).padStart(5)} s`,
  ].join('  ');
}

/** What a person has to look at of a mutant: what was said, or what failed without a cause. Empty where all is well. */
export function explain({ isNoOp, isCaught, grade, problem, said, failed, errors = [], refused }: Judged): string[] {
  if (problem !== undefined) return problem.split('\n').slice(0, 4);
  if (isNoOp ? isCaught : isCaught && grade === 'right') return [];
  const first = failed[0];
  return [
    ...(said === undefined ? [] : [said]),
    ...(said === undefined && first?.evidence !== undefined ? [`no cause; ${first.id} saw: ${first.evidence}`] : []),
    ...errors,
    ...(failed.length === 0 && refused === undefined ? ['nothing failed'] : []),
    ...(failed.length === 0 ? [] : [`failed: ${failed.map(({ id }) => id).join(' ')}`]),
  ];
}

/** The totals, and the mutants whose cause nobody named. */
export function formatSummary(judged: readonly Judged[], seconds: number): string {
  const { mutants, caught, right, vague, wrong, none, noOps, silent, problems } = summarize(judged);
  const share = mutants === 0 ? 100 : (100 * right) / mutants;
  const unnamed = judged.filter(({ grade, isNoOp }) => !isNoOp && (grade === 'none' || grade === '-'));
  return [
    `${caught} of ${mutants} caught; cause right ${right} (${share.toFixed(1)} %), vague ${vague}, wrong ${wrong}, none ${none}; ` +
      `${silent} of ${noOps} no-ops silent; ${problems} broken; ${seconds.toFixed(0)} s`,
    ...(unnamed.length === 0 ? [] : [`without a cause: ${unnamed.map(({ id }) => id).join(' ')}`]),
  ].join('\n');
}

/** Writes {@link MUTANTS_FILE}. */
export function writeReport(judged: readonly Judged[], seconds: number): void {
  mkdirSync(dirname(MUTANTS_FILE), { recursive: true });
  const report = { schema: 1, seconds, isProven: isProven(judged), totals: summarize(judged), mutants: judged };
  writeFileSync(MUTANTS_FILE, `${JSON.stringify(report, null, 2)}\n`);
}
