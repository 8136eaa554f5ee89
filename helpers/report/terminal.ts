import { relative } from 'node:path';
import { styleText } from 'node:util';
import type { Run, RunDescription } from '../run/run.ts';
import { ROOT } from '../settings/settings.ts';
import type { CriterionVerdict, PhaseVerdict, Verdict } from './verdict.ts';
import { countOf, VERDICT_FILE } from './verdict.ts';

const BACKENDS: Readonly<Record<Run['backend'], string>> = {
  mock: 'mock Grafana Cloud',
  lgtm: 'grafana/otel-lgtm',
  cloud: 'Grafana Cloud',
};
/** The embedded engine is never mistaken for Grafana Alloy. */
const ENGINES: Readonly<Record<Run['alloy']['kind'], string>> = {
  embedded: 'embedded Alloy, not Grafana Alloy',
  binary: 'Grafana Alloy (binary)',
  container: 'Grafana Alloy (container)',
  external: 'the one of the external stack',
};
const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const;
const WIDEST = 120;
/** A group of more criteria than this is told by its ids. */
const MOST_TITLES = 12;
const COLOURS = { passed: 'green', failed: 'red', skipped: 'yellow' } as const;

/** A run in one line: the first thing that every run says. */
export function describeRun({ stack, standIns = [], alloy, backend, warm }: RunDescription): string {
  const images = standIns.length === 0 ? '' : `, with stand-in images for ${standIns.join(', ')}`;
  return `stack: ${stack}${warm ? ' (warm)' : ''}${images} · Alloy: ${ENGINES[alloy.kind]} · backend: ${BACKENDS[backend]}${backend === 'mock' && stack === 'native' ? ' on loopback' : ''}`;
}

/** Prints what a person needs: a line for each phase, each failure with cause and fix, and the tally. */
export function printSummary(verdict: Verdict, run: Run): void {
  const width = Math.max(...verdict.phases.map(({ title }) => title.length));
  const lines = [
    '',
    ...verdict.phases.map((phase) => phaseLine(phase, width)),
    ...groupsOf(verdict).flatMap(groupLines),
    '',
    tally(verdict, run),
    styleText('dim', `${relative(process.cwd(), VERDICT_FILE) || VERDICT_FILE} holds the evidence of each criterion`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function phaseLine({ id, title, status, durationMs, criteria }: PhaseVerdict, width: number): string {
  const passed = criteria.filter((criterion) => criterion.status === 'passed').length;
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(7);
  return `${mark(status)} ${id}  ${title.padEnd(width)}  ${String(passed).padStart(2)} of ${String(criteria.length).padStart(2)} passed ${seconds}`;
}

function groupsOf({ phases }: Verdict): CriterionVerdict[][] {
  const open = phases.flatMap(({ criteria }) => criteria).filter(({ status }) => status !== 'passed');
  return Object.values(Object.groupBy(open, ({ status, cause }) => `${status} ${cause}`)).map((group) => group ?? []);
}

/** Criteria that fail for one reason are told together: the reason and what to do first, what was seen where there is only one. */
function groupLines(group: readonly CriterionVerdict[]): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { status, cause = '', fix } = first;
  const titles =
    group.length > MOST_TITLES
      ? [`${mark(status)} ${styleText('bold', `${group.length} criteria:`)} ${group.map(({ id }) => id).join(', ')}`]
      : group.map(({ id, title }) => `${mark(status)} ${styleText('bold', `${id} ${title}`)}`);
  if (status === 'skipped') return ['', ...titles, `    skipped: ${cause}`];
  const facts = group.length > 1 ? [] : first.evidence.flatMap((fact) => fact.split('\n'));
  return [
    '',
    ...titles,
    ...facts.filter((fact) => !cause.includes(fact)).map((fact) => styleText('dim', `    ${fact}`)),
    `    ${styleText('red', 'cause:')} ${wrapped(cause)}`,
    ...(fix === undefined ? [] : [`    ${styleText('green', 'fix:')}   ${wrapped(fix)}`]),
  ];
}

/** The text over as many lines as the terminal needs, below where it begins after `    cause: `. */
function wrapped(text: string): string {
  const indent = ' '.repeat(11);
  const width = Math.min(process.stdout.columns ?? WIDEST, WIDEST) - indent.length;
  return text.replace(new RegExp(`(?![^\\n]{1,${width}}$)([^\\n]{1,${width}}) `, 'g'), `$1\n${indent}`);
}

function tally(verdict: Verdict, run: Run): string {
  const { passed, failed, skipped } = countOf(verdict);
  const counts = [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ');
  const seconds = (verdict.durationMs / 1000).toFixed(1);
  const { kind, version } = run.alloy;
  const engine = kind === 'embedded' ? ENGINES.embedded : `${ENGINES[kind]} ${version}`;
  return `${styleText(failed > 0 ? 'red' : 'green', counts)} in ${seconds} s · ${engine}`;
}

function mark(status: keyof typeof MARKS): string {
  return styleText(COLOURS[status], MARKS[status]);
}

/** A path as a person in the project's directory would type it. */
export function shownPath(path: string): string {
  const short = relative(ROOT, path);
  return short.startsWith('..') ? path : short;
}
