import { describeStreak } from './history.ts';
import { escapeMarkdown, formatBlock, formatTable } from './markdown.ts';
import type { Night, Problem } from './night.ts';
import { groupByCause, type VerdictFile } from './verdict-file.ts';

const MARKS = { passed: '✅', failed: '❌', skipped: '➖', 'not-run': '⚠️' } as const;
const MAX_NIGHTS = 14;
/** GitHub shows the first MiB of a summary. */
const MAX_LENGTH = 200_000;

/** What the summary of a repository without secrets says: a neutral result, which is no failure and no pass. */
export const NOT_CONFIGURED = `## Nightly run: not configured

No token and no address of Grafana Cloud is set in this repository, so **nothing was verified**. To turn the nightly run on, set
the secret \`GRAFANA_CLOUD_API_KEY\` and the variables that \`.github/workflows/nightly.yml\` names, under *Settings > Secrets and
variables > Actions*; \`grafana-alloy/SETUP_GRAFANA_CLOUD.md\` says where each value is found.
`;

/** The job summary of a night: the result, the phases, what failed and why, what was skipped, and the nights before. */
export function formatNight(night: Night, verdict: VerdictFile | string, nights: readonly Night[]): string {
  return [
    `## Nightly run: ${MARKS[night.status]} ${describeResult(night)}`,
    ...(typeof verdict === 'string' ? [] : [describeWorld(verdict), formatPhases(verdict)]),
    ...formatProblems(night.problems),
    ...(typeof verdict === 'string' ? [] : formatSkipped(verdict)),
    '### Trend',
    describeStreak(nights),
    formatTrend(nights),
  ].join('\n\n');
}

/** The result in half a sentence: "3 of 66 criteria failed". */
export function describeResult({ status, phases, problems }: Night): string {
  if (status === 'not-run') return 'Grafana Cloud could not be verified';
  const total = phases.reduce((sum, phase) => sum + phase.total, 0);
  const failed = problems.reduce((sum, { criteria }) => sum + criteria.length, 0);
  if (failed > 0) return `${failed} of ${total} criteria failed`;
  const passed = phases.reduce((sum, phase) => sum + phase.passed, 0);
  return `${passed} of ${total} criteria passed${status === 'failed' ? ', and yet the night failed' : ''}`;
}

/**
 * Each problem with the criteria that it fails, its cause and its fix; those that go beyond `maxLength` characters in all are
 * only counted.
 */
export function formatProblems(problems: readonly Problem[], maxLength = MAX_LENGTH): string[] {
  let length = 0;
  const shown = problems.map(formatProblem).filter((text) => {
    length += text.length;
    return length <= maxLength;
  });
  const rest = problems.length - shown.length;
  return [
    ...(problems.length === 0 ? [] : ['### What failed']),
    ...shown,
    ...(rest > 0 ? [`… and ${rest} more, in the artifact of the run.`] : []),
  ];
}

function formatProblem({ criteria, cause, fix, output }: Problem): string {
  return [
    ...criteria.map((criterion) => `- **${escapeMarkdown(criterion)}**`),
    ...(criteria.length === 0 ? [] : ['']),
    `Cause: ${escapeMarkdown(cause)}`,
    ...(fix === undefined ? [] : ['', `Fix: ${escapeMarkdown(fix)}`]),
    ...(output === undefined ? [] : ['', 'Its last lines:', '', formatBlock(output)]),
  ].join('\n');
}

function describeWorld({ stack, alloy, backend, standIns = [], durationMs }: VerdictFile): string {
  const images = standIns.length === 0 ? '' : ` with stand-in images for ${standIns.join(', ')}`;
  const parts = [`stack: ${stack}${images}`, `Alloy: ${alloy.kind} ${alloy.version}`, `backend: ${backend}`];
  return `${parts.map(escapeMarkdown).join(' · ')} · ${formatSeconds(durationMs)}`;
}

function formatPhases({ phases }: VerdictFile): string {
  const rows = phases.map(({ id, title, status, durationMs, criteria }) => {
    const count = (wanted: string) => String(criteria.filter((criterion) => criterion.status === wanted).length);
    return [
      `${MARKS[status]} ${escapeMarkdown(`${id} ${title}`)}`,
      ...['passed', 'failed', 'skipped'].map(count),
      formatSeconds(durationMs),
    ];
  });
  return formatTable(['Phase', 'Passed', 'Failed', 'Skipped', 'Time'], rows);
}

function formatSkipped(verdict: VerdictFile): string[] {
  const groups = groupByCause(verdict, 'skipped').map((group) => {
    const ids = group.map(({ id }) => escapeMarkdown(id)).join(', ');
    return `- ${ids}: ${escapeMarkdown(group[0]?.cause ?? 'no reason given')}`;
  });
  return groups.length === 0 ? [] : ['### What was skipped', groups.join('\n')];
}

/** The last nights, newest first, with a column for each phase that any of them had. */
function formatTrend(nights: readonly Night[]): string {
  const shown = nights.slice(-MAX_NIGHTS).reverse();
  const ids = [...new Set(shown.flatMap(({ phases }) => phases.map(({ id }) => id)))].sort();
  const rows = shown.map((night) => {
    const cells = ids.map((id) => {
      const phase = night.phases.find((one) => one.id === id);
      return phase === undefined ? '' : `${MARKS[phase.status]} ${phase.passed}/${phase.total}`;
    });
    const time = night.durationMs === 0 ? '' : formatSeconds(night.durationMs);
    const date = night.at.slice(0, 16).replace('T', ' ');
    return [`[${date}](${night.url})`, MARKS[night.status], ...cells, time, `\`${night.commit.slice(0, 7)}\``];
  });
  return formatTable(['Night (UTC)', '', ...ids.map(escapeMarkdown), 'Time', 'Commit'], rows);
}

function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
