import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Repository } from '../github.ts';

/** An issue or pull request as the server keeps it. */
export type StoredIssue = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly comments: string[];
  readonly isPullRequest?: boolean;
  state: 'open' | 'closed';
  stateReason: string | null;
};

type Options = {
  /** Refuses every request with this answer. */
  readonly refusal?: { readonly status: number; readonly body: string; readonly type?: string };
  /** Ignores the labels of new issues, as GitHub does for a token that may not set them. */
  readonly dropsLabels?: boolean;
  readonly issues?: readonly StoredIssue[];
};

/** A server with one repository, and all that was sent to it as text: addresses and bodies, without the logins. */
export type GitHubServer = AsyncDisposable & {
  readonly repository: Repository;
  readonly issues: StoredIssue[];
  readonly received: string[];
};

const NAME = 'octokit-fixture-org/nightly';

/**
 * A real HTTP server on loopback that keeps issues as GitHub's REST API does. Its answers have the shape of those that
 * github.com/octokit/fixtures recorded (scenarios add-labels-to-issue and errors), and the fields that the API added since.
 */
export async function startGitHub({ refusal, dropsLabels = false, issues = [] }: Options = {}): Promise<GitHubServer> {
  const token = 'ghs_ofThisTest';
  const stored = [...issues];
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const text = await readBody(request);
    received.push(`${request.method} ${request.url} ${text}`);
    if (refusal !== undefined) return answer(response, refusal.status, refusal.body, refusal.type);
    const refused = refuse(request, token);
    if (refused !== undefined) return answer(response, refused[0], fault(refused[1]));
    const [status, body] = handle(request.method ?? '', request.url ?? '', text === '' ? {} : JSON.parse(text));
    answer(response, status, JSON.stringify(body));
  });

  function handle(method: string, path: string, content: Record<string, unknown>): [number, unknown] {
    const { pathname, searchParams } = new URL(path, 'http://github');
    const [, number, comments] = /^\/repos\/octokit-fixture-org\/nightly\/issues(?:\/(\d+)(\/comments)?)?$/.exec(
      pathname,
    ) ?? ['none', 'none'];
    const issue = stored.find((one) => one.number === Number(number));
    if (number === undefined && method === 'GET') return [200, list(searchParams)];
    if (number === undefined && method === 'POST') return open(content);
    if (issue === undefined) return [404, JSON.parse(fault('Not Found'))];
    if (comments !== undefined && method === 'POST') {
      issue.comments.push(String(content.body));
      return [201, describeComment(issue)];
    }
    if (method !== 'PATCH') return [404, JSON.parse(fault('Not Found'))];
    issue.state = content.state === 'closed' ? 'closed' : 'open';
    issue.stateReason = String(content.state_reason);
    return [200, describe(issue)];
  }

  function list(parameters: URLSearchParams): unknown[] {
    const labels = (parameters.get('labels') ?? '').split(',').filter((label) => label !== '');
    const state = parameters.get('state') ?? 'open';
    const found = stored.filter(
      (issue) => issue.state === state && labels.every((label) => issue.labels.includes(label)),
    );
    // By default the newest comes first.
    const sign = parameters.get('direction') === 'asc' ? 1 : -1;
    const max = Number(parameters.get('per_page') ?? '30');
    return found
      .sort((one, other) => sign * (one.number - other.number))
      .slice(0, max)
      .map(describe);
  }

  function open({ title, body, labels }: Record<string, unknown>): [number, unknown] {
    if (typeof title !== 'string' || title === '') {
      const errors = [{ resource: 'Issue', code: 'missing_field', field: 'title' }];
      return [422, { ...JSON.parse(fault('Validation Failed')), errors }];
    }
    const issue: StoredIssue = {
      number: stored.length + 1,
      title,
      body: String(body),
      labels: dropsLabels || !Array.isArray(labels) ? [] : labels.map(String),
      comments: [],
      state: 'open',
      stateReason: null,
    };
    stored.push(issue);
    return [201, describe(issue)];
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    repository: { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, name: NAME, token },
    issues: stored,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An issue that stands in the repository before the night. */
export function storedIssue(given: Pick<StoredIssue, 'number'> & Partial<StoredIssue>): StoredIssue {
  return { title: 'a title', body: '', labels: [], comments: [], state: 'open', stateReason: null, ...given };
}

/** Why GitHub refuses such a request: no user agent, or a wrong token. */
function refuse({ headers }: IncomingMessage, token: string): [number, string] | undefined {
  if (headers['user-agent'] === undefined) return [403, 'Request forbidden by administrative rules.'];
  return headers.authorization === `Bearer ${token}` ? undefined : [401, 'Bad credentials'];
}

function describe({ number, title, body, labels, comments, state, stateReason, isPullRequest }: StoredIssue): unknown {
  const url = `https://api.github.com/repos/${NAME}/issues/${number}`;
  return {
    url,
    repository_url: `https://api.github.com/repos/${NAME}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    html_url: `https://github.com/${NAME}/issues/${number}`,
    id: 1000 + number,
    node_id: 'MDA6RW50aXR5MQ==',
    number,
    title,
    user: { login: 'github-actions[bot]', id: 41898282, type: 'Bot', site_admin: false },
    labels: labels.map((name) => ({
      id: 1000,
      node_id: 'MDA6RW50aXR5MQ==',
      url: `https://api.github.com/repos/${NAME}/labels/${name}`,
      name,
      color: 'ededed',
      default: false,
      description: null,
    })),
    state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: comments.length,
    created_at: '2017-10-10T16:00:00Z',
    updated_at: '2017-10-10T16:00:00Z',
    closed_at: state === 'closed' ? '2017-10-10T16:00:00Z' : null,
    author_association: 'NONE',
    active_lock_reason: null,
    body,
    ...(isPullRequest && { pull_request: { url: `https://api.github.com/repos/${NAME}/pulls/${number}` } }),
    state_reason: stateReason,
  };
}

function describeComment({ number, comments }: StoredIssue): unknown {
  return {
    url: `https://api.github.com/repos/${NAME}/issues/comments/${number}00${comments.length}`,
    html_url: `https://github.com/${NAME}/issues/${number}#issuecomment-${number}00${comments.length}`,
    issue_url: `https://api.github.com/repos/${NAME}/issues/${number}`,
    id: number * 1000 + comments.length,
    node_id: 'MDA6RW50aXR5MQ==',
    user: { login: 'github-actions[bot]', id: 41898282, type: 'Bot', site_admin: false },
    created_at: '2017-10-10T16:00:00Z',
    updated_at: '2017-10-10T16:00:00Z',
    author_association: 'NONE',
    body: comments.at(-1),
  };
}

function fault(message: string): string {
  return JSON.stringify({ message, documentation_url: 'https://docs.github.com/rest' });
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'application/json; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'x-github-media-type': 'github.v3; format=json' }).end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
