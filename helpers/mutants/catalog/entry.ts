import type { Break, Expectation, Mutant } from '../mutant.ts';

/** What shows whether telemetry gets through; two programs less to start than phase 1, which also looks at the file. */
export const DELIVERY = 'P1.1 P1.3 P1.4 P1.5 P1.6 P1.7 P1.8 P1.9 P1.10 P1.11';

/** A mutant that has to be caught; the phases or criteria that it concerns are in one text. */
export function mutant(id: string, title: string, breaks: Break, run: string, expected: Expectation): Mutant {
  return { id, title, breaks, run: run.split(' '), expected };
}

/** A change that breaks nothing, and has to stay silent. */
export function noOp(id: string, title: string, breaks: Break, run: string): Mutant {
  return { id, title, breaks, run: run.split(' ') };
}

/** Matches a text in which each of these patterns occurs, wherever. */
export function all(...patterns: readonly string[]): RegExp {
  return new RegExp(`^${patterns.map((pattern) => `(?=[^]*(?:${pattern}))`).join('')}`, 'i');
}
