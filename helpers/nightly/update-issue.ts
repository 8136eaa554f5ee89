import { addComment, closeIssue, listOpenIssues, openIssue, type Repository } from './github.ts';
import { describeStreak } from './history.ts';
import type { Night } from './night.ts';
import { describeResult, formatProblems } from './summary.ts';

/** The label by which the nights find their issue. */
export const LABEL = 'nightly-failure';
/** GitHub takes 65,536 characters. */
const MAX_LENGTH = 60_000;

/**
 * Brings the repository's issue in line with the last of these nights: opens one, comments on the open one, or closes it with
 * a comment. Returns a sentence that says what was done. Throws `GitHubError`.
 */
export async function updateIssue(repository: Repository, nights: readonly Night[]): Promise<string> {
  const night = nights.at(-1);
  if (night === undefined) throw new Error('there is no night to report');
  const open = await listOpenIssues(repository, LABEL);
  if (night.status === 'passed') {
    const comment = `The night passed: ${describeResult(night)} (${linkRun(night)}).`;
    for (const issue of open) {
      await addComment(repository, issue, comment);
      await closeIssue(repository, issue);
    }
    const closed = open.map((issue) => issue.html_url).join(', ');
    return closed === '' ? 'The night passed, and no issue is open.' : `The night passed: closed ${closed}.`;
  }
  const report = [
    `${describeResult(night)} (${linkRun(night)}). ${describeStreak(nights)}`,
    ...formatProblems(night.problems, MAX_LENGTH),
  ].join('\n\n');
  const [issue] = open;
  if (issue !== undefined) {
    await addComment(repository, issue, report);
    return `The night did not pass: commented on ${issue.html_url}.`;
  }
  const { html_url } = await openIssue(repository, {
    title: 'The nightly run against Grafana Cloud does not pass',
    body: `${report}\n\nEach further night that does not pass adds a comment. The first that passes closes this issue.`,
    label: LABEL,
  });
  return `The night did not pass: opened ${html_url}.`;
}

function linkRun({ url, commit }: Night): string {
  return `[run](${url}) of ${commit.slice(0, 7)}`;
}
