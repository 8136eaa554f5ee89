import type { Break, Expectation, Mutant } from '../mutant.ts';

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
