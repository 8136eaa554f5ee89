import { expect, test } from 'vitest';
import { GitHubError } from './github.ts';
import type { Night } from './night.ts';
import { startGitHub, storedIssue } from './testing/github-server.ts';
import { sampleNight } from './testing/sample-night.ts';
import { LABEL, updateIssue } from './update-issue.ts';

const passed = sampleNight();
const failed = failedNight('the OTLP ID is another service’s');

function failedNight(cause: string): Night {
  return sampleNight({ status: 'failed', problems: [{ criteria: ['P1.2 a title'], cause, fix: 'set another' }] });
}

test('the first night that fails opens an issue with the causes, a link to the run and the label', async () => {
  await using github = await startGitHub();
  const done = await updateIssue(github.repository, [passed, failed]);
  expect(done).toContain('opened https://github.com/octokit-fixture-org/nightly/issues/1');
  expect(github.issues).toHaveLength(1);
  const [issue] = github.issues;
  expect(issue).toMatchObject({ state: 'open', labels: [LABEL], comments: [] });
  expect(issue?.body).toContain('[run](https://github.com/octokit-fixture-org/nightly/actions/runs/900) of e1ffb9e');
  expect(issue?.body).toContain('- **P1.2 a title**\n\nCause: the OTLP ID is another service’s\n\nFix: set another');
});

test('the next night that fails comments on the open issue, and opens none', async () => {
  await using github = await startGitHub();
  await updateIssue(github.repository, [failed]);
  await updateIssue(github.repository, [failed, { ...failedNight('a second cause'), runId: '901' }]);
  expect(github.issues).toHaveLength(1);
  expect(github.issues[0]?.comments).toHaveLength(1);
  expect(github.issues[0]?.comments[0]).toContain('a second cause');
  expect(github.issues[0]?.comments[0]).toContain('Not green for 2 nights');
});

test('the first night that passes closes the issue with a comment; a later failure opens a new one', async () => {
  await using github = await startGitHub();
  await updateIssue(github.repository, [failed]);
  await updateIssue(github.repository, [failed, passed]);
  expect(github.issues[0]).toMatchObject({ state: 'closed', stateReason: 'completed' });
  expect(github.issues[0]?.comments.at(-1)).toContain('The night passed');
  await updateIssue(github.repository, [failed, passed, failed]);
  expect(github.issues.map(({ state }) => state)).toEqual(['closed', 'open']);
});

test('a night that passes without an open issue writes nothing', async () => {
  await using github = await startGitHub();
  await updateIssue(github.repository, [passed]);
  expect(github.received.map((line) => line.split(' ')[0])).toEqual(['GET']);
});

test('issues without the label and pull requests with it are left alone, and the oldest issue is the one', async () => {
  const issues = [
    storedIssue({ number: 1 }),
    storedIssue({ number: 2, labels: [LABEL], isPullRequest: true }),
    storedIssue({ number: 3, labels: ['bug', LABEL] }),
    storedIssue({ number: 4, labels: [LABEL] }),
  ];
  await using github = await startGitHub({ issues });
  await updateIssue(github.repository, [failed]);
  expect(github.issues.map(({ comments }) => comments.length)).toEqual([0, 0, 1, 0]);
  await updateIssue(github.repository, [passed]);
  expect(github.issues.map(({ state }) => state)).toEqual(['open', 'open', 'closed', 'closed']);
});

test('a night that could not run counts as one that did not pass', async () => {
  await using github = await startGitHub();
  const problems = [{ criteria: [], cause: 'the run ended without a verdict.', output: 'Cannot run: no engine' }];
  await updateIssue(github.repository, [sampleNight({ status: 'not-run', phases: [], problems })]);
  expect(github.issues[0]?.body).toContain('```text\nCannot run: no engine\n```');
});

test('the longest report that a night can have fits into an issue', async () => {
  await using github = await startGitHub();
  const long = '*'.repeat(10_000);
  const problems = Array.from({ length: 66 }, () => ({ criteria: ['P1.2 a title'], cause: long, fix: long }));
  await updateIssue(github.repository, [sampleNight({ status: 'failed', problems })]);
  expect(github.issues[0]?.body.length).toBeLessThan(65_536);
});

test('an issue that lost its label is an error, because the next night would open another', async () => {
  await using github = await startGitHub({ dropsLabels: true });
  await expect(updateIssue(github.repository, [failed])).rejects.toThrow(/without its label nightly-failure/);
});

test.each([
  [401, '{"message":"Bad credentials"}', /github\.token/],
  [403, '{"message":"Resource not accessible by integration"}', /issues: write/],
  [404, '{"message":"Not Found"}', /issues: write/],
  [410, '{"message":"Issues are disabled for this repo"}', /enable issues/],
  [502, '<html>Bad Gateway</html>', /githubstatus/],
])('the answer %i is an error that says what to do', async (status, body, fix) => {
  await using github = await startGitHub({ refusal: { status, body } });
  const error = await updateIssue(github.repository, [failed]).catch((thrown: unknown) => thrown);
  if (!(error instanceof GitHubError)) throw error;
  expect(error.message).toContain(`answered with ${status}: ${body}`);
  expect(error.fix).toMatch(fix);
});

test('200 with something other than issues is an error, and not an empty list', async () => {
  await using github = await startGitHub({ refusal: { status: 200, body: '<html>', type: 'text/html' } });
  await expect(updateIssue(github.repository, [failed])).rejects.toThrow(/not with what the API documents/);
});

test('no answer is an error without the token', async () => {
  const github = await startGitHub();
  await github[Symbol.asyncDispose]();
  const error = await updateIssue(github.repository, [failed]).catch((thrown: unknown) => String(thrown));
  expect(error).toContain('got no answer');
  expect(error).not.toContain(github.repository.token);
});
