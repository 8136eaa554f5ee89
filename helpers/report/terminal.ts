import { relative } from 'node:path';
import { styleText } from 'node:util';
import type { RunDescription } from '../run/run.ts';
import { type CriterionVerdict, countStatuses, type PhaseVerdict, VERDICT_FILE, type Verdict } from './verdict.ts';

const BACKENDS: Readonly<Record<Verdict['backend'], string>> = {
  mock: 'mock Grafana Cloud',
  lgtm: 'Tempo, Prometheus and Loki',
  cloud: 'Grafana Cloud',
};
/** The embedded Alloy must never be mistaken for Grafana's. */
const ALLOYS: Readonly<Record<Verdict['alloy']['kind'], string>> = {
  embedded: 'embedded Alloy, not Grafana Alloy',
  binary: 'Grafana Alloy (binary)',
  container: 'Grafana Alloy (container)',
  external: 'external Alloy',
};
const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const;
const COLOURS = { passed: 'green', failed: 'red', skipped: 'yellow' } as const;
const MAX_WIDTH = 120;
/** A larger group of criteria is shown by ID only. */
const MAX_TITLES = 12;

/** What a run consists of, in one line: the first thing that every run prints. */
export function describeRun({ stack, standIns = [], alloy, backend, warm }: RunDescription): string {
  const images = standIns.length === 0 ? '' : `, with stand-in images for ${standIns.join(', ')}`;
  const place = backend === 'mock' && stack === 'native' ? ' on loopback' : '';
  return `stack: ${stack}${warm ? ' (warm)' : ''}${images} · Alloy: ${ALLOYS[alloy.kind]} · backend: ${BACKENDS[backend]}${place}`;
}

/** A verdict for people: a line for each phase, each failure with its cause and fix, and the totals. */
export function formatSummary(verdict: Verdict, columns: number = process.stdout.columns ?? MAX_WIDTH): string {
  const width = Math.max(...verdict.phases.map(({ title }) => title.length));
  const file = relative(process.cwd(), VERDICT_FILE) || VERDICT_FILE;
  return [
    '',
    ...verdict.phases.map((phase) => formatPhase(phase, width)),
    ...groupByCause(verdict).flatMap((group) => formatGroup(group, columns)),
    '',
    formatTotals(verdict),
    styleText('dim', `${file} holds the evidence of each criterion`),
  ].join('\n');
}

function formatPhase({ id, title, status, durationMs, criteria }: PhaseVerdict, width: number): string {
  const passed = criteria.filter((criterion) => criterion.status === 'passed').length;
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(7);
  return `${mark(status)} ${id}  ${title.padEnd(width)}  ${String(passed).padStart(2)} of ${String(criteria.length).padStart(2)} passed ${seconds}`;
}

/** The criteria that did not pass, grouped by cause, or by what failed them where the cause is not known. */
function groupByCause({ phases }: Verdict): CriterionVerdict[][] {
  const open = phases.flatMap(({ criteria }) => criteria).filter(({ status }) => status !== 'passed');
  const groups = Object.groupBy(open, ({ status, cause, finding, evidence }) =>
    JSON.stringify([status, finding ?? cause ?? evidence.at(-1)]),
  );
  return Object.values(groups).map((group) => group ?? []);
}

/**
 * Criteria with the same cause: the cause and the fix once, and the evidence only for a single one. Where the cause is not
 * known, what failed them is all there is to show.
 */
function formatGroup(group: readonly CriterionVerdict[], columns: number): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { status, cause, fix, evidence } = first;
  const titles =
    group.length > MAX_TITLES
      ? [`${mark(status)} ${styleText('bold', `${group.length} criteria:`)} ${group.map(({ id }) => id).join(', ')}`]
      : group.map(({ id, title }) => `${mark(status)} ${styleText('bold', `${id} ${title}`)}`);
  if (status === 'skipped') return ['', ...titles, `    skipped: ${cause ?? ''}`];
  const shared = cause === undefined ? evidence.slice(-1) : [];
  const facts = (group.length > 1 ? shared : evidence).flatMap((fact) => fact.split('\n'));
  return [
    '',
    ...titles,
    ...facts.map((fact) => (cause === undefined ? `    ${fact}` : styleText('dim', `    ${fact}`))),
    ...(cause === undefined ? [] : [`    ${styleText('red', 'cause:')} ${wrap(cause, columns)}`]),
    ...(fix === undefined ? [] : [`    ${styleText('green', 'fix:')}   ${wrap(fix, columns)}`]),
  ];
}

/** Wraps a text for the terminal, aligned with its start after `    cause: `. */
function wrap(text: string, columns: number): string {
  const indent = ' '.repeat(11);
  const width = Math.max(1, Math.min(columns, MAX_WIDTH) - indent.length);
  const long = new RegExp(`(?!.{1,${width}}$)(.{1,${width}}) `, 'g');
  return text
    .split('\n')
    .map((line) => line.replace(long, `$1\n${indent}`))
    .join(`\n${indent}`);
}

function formatTotals(verdict: Verdict): string {
  const { passed, failed, skipped } = countStatuses(verdict);
  const counts = [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ');
  const seconds = (verdict.durationMs / 1000).toFixed(1);
  const { kind, version } = verdict.alloy;
  const alloy = kind === 'embedded' || version === 'unknown' ? ALLOYS[kind] : `${ALLOYS[kind]} ${version}`;
  return `${styleText(failed > 0 ? 'red' : 'green', counts)} in ${seconds} s · ${alloy}`;
}

function mark(status: keyof typeof MARKS): string {
  return styleText(COLOURS[status], MARKS[status]);
}
