import { relative } from 'node:path';
import { styleText } from 'node:util';
import { toLine, toLines, toPlain } from '../findings/plain-text.ts';
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
export function formatSummary(judged: Verdict, columns: number = process.stdout.columns ?? MAX_WIDTH): string {
  const verdict = toPlain(judged);
  const widths = {
    id: Math.max(...verdict.phases.map(({ id }) => id.length)),
    title: Math.max(...verdict.phases.map(({ title }) => title.length)),
  };
  const file = relative(process.cwd(), VERDICT_FILE) || VERDICT_FILE;
  return [
    '',
    ...verdict.phases.map((phase) => formatPhase(phase, widths)),
    ...groupByCause(verdict).flatMap((group) => formatGroup(group, columns)),
    ...formatErrors(verdict, columns),
    '',
    formatTotals(verdict),
    ...formatCost(verdict),
    ...formatOwnTelemetry(verdict),
    styleText('dim', `${file} holds the evidence of each criterion`),
  ].join('\n');
}

type Widths = { readonly id: number; readonly title: number };

function formatPhase({ id, title, status, durationMs, criteria }: PhaseVerdict, widths: Widths): string {
  const passed = criteria.filter((criterion) => criterion.status === 'passed').length;
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(7);
  return `${mark(status)} ${id.padEnd(widths.id)}  ${title.padEnd(widths.title)}  ${String(passed).padStart(2)} of ${String(criteria.length).padStart(2)} passed ${seconds}`;
}

/** The criteria that did not pass, grouped by cause, or by what failed them where the cause is not known. */
function groupByCause({ phases }: Verdict): CriterionVerdict[][] {
  const open = phases.flatMap(({ criteria }) => criteria).filter(({ status }) => status !== 'passed');
  const groups = Object.groupBy(open, ({ status, cause, finding, evidence }) =>
    JSON.stringify([status, readFault(finding) ?? cause ?? evidence.at(-1)]),
  );
  return Object.values(groups).map((group) => group ?? []);
}

/** One wrong variable is one fault, however many ways to Grafana Cloud suffer from it. */
function readFault(finding: CriterionVerdict['finding']): unknown {
  switch (finding?.kind) {
    case 'listed problems':
      return finding.about ?? finding;
    case 'Grafana Cloud refuses':
      return finding.problem;
    // Which of its effects is told, on which series, is chance.
    case 'series merged':
    case 'series relabelled':
      return { rule: finding.place, block: finding.block };
    // What the criterion itself was refused has no address.
    case 'source fails':
      return { ...finding, address: '' };
    case 'metric not exported':
      return { ...finding, metric: '', renamed: finding.renamed !== undefined };
    case 'samples too old':
      return { ...finding, count: 0 };
    case 'write behind':
      return { ...finding, lag: 0, pending: 0 };
    case 'remote write refused':
    case 'OTLP export refused':
      return { ...finding, message: finding.message.replaceAll(CHANCE, '…') };
    default:
      return finding;
  }
}

/** What of a backend's answer differs from one request to the next: a series, a time, a trace, a number. */
const CHANCE = /\w*\{[^}]*\}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\b[0-9a-f]{16,}\b|\b\d+(?:\.\d+)?\b/g;

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
      : group.flatMap(({ id, title, explore }) => [
          `${mark(status)} ${styleText('bold', `${id} ${title}`)}`,
          ...(explore === undefined ? [] : [styleText('dim', `    explore: ${explore}`)]),
        ]);
  if (status === 'skipped') return ['', ...titles, `    skipped: ${toLine(cause ?? '')}`];
  const shared = cause === undefined ? evidence.slice(-1) : [];
  const facts = (group.length > 1 ? shared : evidence).flatMap((fact) => fact.split('\n'));
  return [
    '',
    ...titles,
    ...facts.map((fact) => (cause === undefined ? `    ${fact}` : styleText('dim', `    ${fact}`))),
    ...formatCause(cause, fix, columns),
  ];
}

function formatCause(cause: string | undefined, fix: string | undefined, columns: number): string[] {
  return [
    ...(cause === undefined ? [] : [`    ${styleText('red', 'cause:')} ${wrap(cause, columns)}`]),
    ...(fix === undefined ? [] : [`    ${styleText('green', 'fix:')}   ${wrap(fix, columns)}`]),
  ];
}

/** A verdict in a line for each problem, with the criteria that it fails, its cause and its fix; the totals last. */
export function formatProblems(judged: Verdict): string {
  const verdict = toPlain(judged);
  const { passed, failed, skipped } = countStatuses(verdict);
  const problems = groupByCause(verdict)
    .filter(([first]) => first?.status === 'failed')
    .map(([first, ...others]) => {
      const ids = [first, ...others].map((criterion) => criterion?.id).join(', ');
      const fix = first?.fix === undefined ? '' : ` Fix: ${first.fix}.`;
      return `${mark('failed')} ${ids}: ${(first?.cause ?? first?.evidence.at(-1) ?? '').replaceAll(/\s*\n\s*/g, ' ')}.${fix}`;
    });
  const reasons = Map.groupBy(
    verdict.phases.flatMap(({ criteria }) => criteria).filter(({ status }) => status === 'skipped'),
    ({ cause = '' }) => cause,
  );
  const counts = `${passed} passed, ${failed} failed, ${skipped} not checked in ${(verdict.durationMs / 1000).toFixed(1)} s`;
  return [
    ...problems,
    ...(verdict.errors ?? []).map(
      (error) => `${mark('failed')} beside the criteria: ${error.replaceAll(/\s*\n\s*/g, ' ')}`,
    ),
    styleText(failed > 0 || verdict.errors !== undefined ? 'red' : 'green', counts),
    ...formatOwnTelemetry(verdict),
    ...[...reasons].map(([reason, { length }]) => styleText('dim', `${length} not checked: ${toLine(reason)}`)),
  ].join('\n');
}

/** A cause and its fix, for a command that has no criteria: after an empty line. */
export function formatProblem(
  cause: string,
  fix: string,
  columns: number = process.stdout.columns ?? MAX_WIDTH,
): string {
  return `\n${formatCause(toLines(cause), toLines(fix), columns).join('\n')}\n`;
}

/** What went wrong outside of all criteria, and what that means for the verdict, in lines; empty where nothing did. */
export function formatErrors(
  { errors = [] }: Verdict,
  columns: number = process.stdout.columns ?? MAX_WIDTH,
): readonly string[] {
  if (errors.length === 0) return [];
  return [
    '',
    `${styleText('red', '!')} ${styleText('bold', 'Whether all criteria hold can’t be told: something went wrong outside of them')}`,
    ...errors.map((error) => `    ${styleText('red', 'error:')} ${wrap(toLines(error), columns)}`),
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
  const isRed = failed > 0 || verdict.errors !== undefined;
  return `${styleText(isRed ? 'red' : 'green', counts)} in ${seconds} s · ${alloy}`;
}

/** What the run has sent to a backend that counts it. */
function formatCost({ backend, sent }: Verdict): string[] {
  if (sent === undefined || backend === 'mock') return [];
  const number = (count: number) => count.toLocaleString('en');
  return [`sent: ${number(sent.samples)} samples, ${number(sent.spans)} spans, ${number(sent.logLines)} log lines`];
}

/** Where the run's own trace is, or why it is not there. */
function formatOwnTelemetry({ ownTelemetry: own }: Verdict): string[] {
  if (own === undefined) return [];
  if ('traceId' in own) return [`trace of this run: ${own.traceId}`];
  return [styleText('yellow', `the run's own metrics and trace are missing: ${toLine(own.problem)}`)];
}

function mark(status: keyof typeof MARKS): string {
  return styleText(COLOURS[status], MARKS[status]);
}
