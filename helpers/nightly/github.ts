import { request } from 'undici';
import { z } from 'zod';

/** A repository on GitHub, and the token to write its issues with. */
export type Repository = {
  /** The base URL of the REST API, without a final slash: `https://api.github.com`. */
  readonly apiUrl: string;
  /** `OWNER/NAME` */
  readonly name: string;
  readonly token: string;
};

/** What is read of an issue. */
export type Issue = z.infer<typeof issueSchema>;

/** GitHub refused a request, gave no answer, or one of another shape. The token is in no message. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';
  /** What to do about it, where that is known. */
  readonly fix: string;
  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

const labelSchema = z.object({ name: z.string() });
const issueSchema = z.object({
  number: z.number(),
  html_url: z.string(),
  labels: z.array(labelSchema),
  /** Only pull requests have it: the API lists them as issues. */
  pull_request: z.unknown().optional(),
});
const TIMEOUT_MS = 30_000;
const MAX_SHOWN = 300;

/**
 * The open issues with this label, oldest first. Throws {@link GitHubError}.
 * @see https://docs.github.com/en/rest/issues/issues#list-repository-issues
 */
export async function listOpenIssues(repository: Repository, label: string): Promise<Issue[]> {
  const query = new URLSearchParams({
    labels: label,
    state: 'open',
    sort: 'created',
    direction: 'asc',
    per_page: '100',
  });
  const issues = await ask(repository, 'GET', `/issues?${query}`, undefined, z.array(issueSchema));
  return issues.filter((issue) => issue.pull_request === undefined);
}

/**
 * Opens an issue with this label, which GitHub creates if it doesn't exist. Throws {@link GitHubError}.
 * @see https://docs.github.com/en/rest/issues/issues#create-an-issue
 */
export async function openIssue(
  repository: Repository,
  { title, body, label }: { readonly title: string; readonly body: string; readonly label: string },
): Promise<Issue> {
  const issue = await ask(repository, 'POST', '/issues', { title, body, labels: [label] }, issueSchema);
  if (issue.labels.some(({ name }) => name === label)) return issue;
  // GitHub drops labels that the token may not set, and says nothing.
  throw new GitHubError(
    `GitHub opened ${issue.html_url} without its label ${label}, so the next night would not find it.`,
    `create the label ${label} and give it to that issue.`,
  );
}

/**
 * Adds a comment to an issue. Throws {@link GitHubError}.
 * @see https://docs.github.com/en/rest/issues/comments#create-an-issue-comment
 */
export async function addComment(repository: Repository, issue: Issue, body: string): Promise<void> {
  await ask(repository, 'POST', `/issues/${issue.number}/comments`, { body }, z.object({ id: z.number() }));
}

/**
 * Closes an issue as completed. Throws {@link GitHubError}.
 * @see https://docs.github.com/en/rest/issues/issues#update-an-issue
 */
export async function closeIssue(repository: Repository, issue: Issue): Promise<void> {
  await ask(
    repository,
    'PATCH',
    `/issues/${issue.number}`,
    { state: 'closed', state_reason: 'completed' },
    issueSchema,
  );
}

/** One request. None is repeated: the next night finds what was left, and does what is due then. */
async function ask<T>(
  { apiUrl, name, token }: Repository,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  content: object | undefined,
  schema: z.ZodType<T>,
): Promise<T> {
  const asked = `${method} ${apiUrl}/repos/${name}${path.replace(/\?.*/, '')}`;
  const { status, text } = await send(`${apiUrl}/repos/${name}${path}`, method, token, content).catch((error) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GitHubError(`${asked} got no answer: ${reason}`, 'see https://www.githubstatus.com, and run it again.');
  });
  if (status < 200 || status > 299) {
    throw new GitHubError(`${asked} was answered with ${status}: ${text.trim().slice(0, MAX_SHOWN)}`, findFix(status));
  }
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new GitHubError(
    `${asked} was answered with ${status} and not with what the API documents: ${text.trim().slice(0, MAX_SHOWN)}`,
    'see https://docs.github.com/en/rest/issues for what has changed.',
  );
}

async function send(
  url: string,
  method: 'GET' | 'POST' | 'PATCH',
  token: string,
  content: object | undefined,
): Promise<{ status: number; text: string }> {
  const { statusCode, body } = await request(url, {
    method,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      // GitHub refuses requests without one.
      'user-agent': 'alloy-verify-nightly',
      'x-github-api-version': '2022-11-28',
      ...(content !== undefined && { 'content-type': 'application/json' }),
    },
    ...(content !== undefined && { body: JSON.stringify(content) }),
  });
  return { status: statusCode, text: await body.text() };
}

function findFix(status: number): string {
  if (status === 401) return 'give the step github.token as its GITHUB_TOKEN.';
  if (status === 403 || status === 404)
    return 'give the job `permissions: issues: write`, and see that issues are enabled in the settings of the repository.';
  if (status === 410) return 'enable issues in the settings of the repository.';
  return 'see https://www.githubstatus.com, and run it again.';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
