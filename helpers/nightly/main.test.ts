import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readHistory } from './history.ts';
import { startGitHub } from './testing/github-server.ts';
import { criterion, sampleNight, verdictOf } from './testing/sample-night.ts';
import type { VerdictFile } from './verdict-file.ts';

const KEY = 'canaryKey0123456789';
const CANARIES = {
  GRAFANA_CLOUD_API_KEY: `glc_${Buffer.from(JSON.stringify({ o: '1', n: 'a', k: KEY, m: { r: 'eu' } })).toString('base64')}`,
  GRAFANA_CLOUD_READ_TOKEN: 'glc_canaryOfTheReader0123456789',
  GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_canaryOfTheServiceAccount_01234567',
};
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nightly-main-'));
  mkdirSync(join(directory, 'reports'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a step as the workflow does, in a directory of its own and with these variables. */
async function runStep(
  step: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), step], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'octokit-fixture-org/nightly',
      GITHUB_RUN_ID: '900',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SHA: sampleNight().commit,
      GITHUB_STEP_SUMMARY: join(directory, 'summary.md'),
      GITHUB_OUTPUT: join(directory, 'output'),
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, text };
}

function writeReport(verdict: VerdictFile | undefined, log = ''): void {
  if (verdict !== undefined) writeFileSync(join(directory, 'reports', 'verdict.json'), JSON.stringify(verdict));
  writeFileSync(join(directory, 'reports', 'verify.log'), log);
}

function read(...path: readonly string[]): string {
  return readFileSync(join(directory, ...path), 'utf8');
}

const configured = { IS_CONFIGURED: 'true', OUTCOME: 'success', LEAKS: '[]' };

test('without secrets the night is neither passed nor failed: it ends well, with a notice and a summary that says so', async () => {
  // The step that lists leaks is skipped as well, so its output is empty.
  const { code, text } = await runStep('summarize', { IS_CONFIGURED: 'false', OUTCOME: 'skipped', LEAKS: '' });
  expect(code).toBe(0);
  expect(text).toMatch(/^::notice title=Nightly run%3A not configured::/);
  expect(read('summary.md')).toContain('nothing was verified');
  expect(read('summary.md')).not.toContain('passed');
  expect(readdirSync(join(directory, 'reports'))).toEqual([]);
});

test('a night that passes is recorded and ends well', async () => {
  writeReport(verdictOf(criterion('P1.1', 'passed')));
  const { code, text } = await runStep('summarize', configured);
  expect([code, text]).toEqual([0, '']);
  expect(read('summary.md')).toContain('✅ 1 of 1 criteria passed');
  expect(readHistory(join(directory, 'reports', 'nightly', 'history.jsonl'))).toMatchObject([
    { runId: '900', attempt: 1, status: 'passed', url: sampleNight().url },
  ]);
});

test('a failed criterion fails the step, with an annotation that no line of its cause can leave', async () => {
  writeReport(verdictOf(criterion('P1.1', 'failed', { cause: 'one\n::stop-commands::x' })));
  const { code, text } = await runStep('summarize', { ...configured, OUTCOME: 'failure' });
  expect(code).toBe(1);
  expect(text).toBe('::error title=P1.1 title of P1.1::one%0A::stop-commands::x\n');
});

test('a run that succeeded without a verdict fails the step', async () => {
  writeReport(undefined, 'a line\n\u001b[31mCannot run: no engine\u001b[39m\n');
  const { code } = await runStep('summarize', configured);
  expect(code).toBe(1);
  expect(read('summary.md')).toContain('a line\nCannot run: no engine\n```');
});

test('a broken verdict fails the step', async () => {
  writeFileSync(join(directory, 'reports', 'verdict.json'), '{"schema":2}');
  const { code } = await runStep('summarize', configured);
  expect(code).toBe(1);
  expect(read('summary.md')).toContain('reports/verdict.json is not a verdict');
});

test('the issue says that there is no report if the other job ended before it wrote one', async () => {
  await using github = await startGitHub();
  const { token, apiUrl } = github.repository;
  writeReport(verdictOf(criterion('P1.1', 'passed')));
  await runStep('summarize', configured);
  // The report is that of the first attempt.
  const { code } = await runStep('update-issue', {
    GITHUB_API_URL: apiUrl,
    GITHUB_TOKEN: token,
    GITHUB_RUN_ATTEMPT: '2',
    VERIFY_ATTEMPT: '2',
  });
  expect(code).toBe(0);
  expect(github.issues[0]?.body).toContain('the workflow ended before it wrote a report');
});

test('a repeated run of the issue’s job alone reads the report of the attempt that verified', async () => {
  await using github = await startGitHub();
  const { token, apiUrl } = github.repository;
  writeReport(verdictOf(criterion('P1.1', 'passed')));
  await runStep('summarize', configured);
  const { text } = await runStep('update-issue', {
    GITHUB_API_URL: apiUrl,
    GITHUB_TOKEN: token,
    GITHUB_RUN_ATTEMPT: '2',
    VERIFY_ATTEMPT: '1',
  });
  expect([text, github.issues]).toEqual(['The night passed, and no issue is open.\n', []]);
});

test('a refusal by GitHub ends the step with exit code 2 and what to do', async () => {
  await using github = await startGitHub();
  const { code, text } = await runStep('update-issue', {
    GITHUB_API_URL: github.repository.apiUrl,
    GITHUB_TOKEN: 'ghs_another',
    VERIFY_ATTEMPT: '1',
  });
  expect(code).toBe(2);
  expect(text).toMatch(/^Cannot run: GET .+ was answered with 401: .+\nFix: /);
  expect(text).not.toContain('ghs_another');
});

test('a missing variable and an unknown step end with exit code 2 and their names', async () => {
  expect(await runStep('summarize', {})).toMatchObject({ code: 2, text: expect.stringContaining('IS_CONFIGURED') });
  expect(await runStep('publish', {})).toMatchObject({ code: 2, text: expect.stringContaining('"publish"') });
});

test('no token reaches the artifact, the summary, the issue or the output, in whatever form a report holds it', async () => {
  await using github = await startGitHub();
  const { token, apiUrl } = github.repository;
  const tokens = Object.values(CANARIES);
  const forms = [...tokens, KEY].flatMap((canary) => [canary, encodeURIComponent(canary)]);
  const logins = tokens.map((canary) => Buffer.from(`1461503:${canary}`).toString('base64'));
  const everything = [...forms, ...logins].join(' ');
  writeReport(verdictOf(criterion('P1.1', 'failed', { cause: everything, fix: everything })), everything);
  mkdirSync(join(directory, 'reports', 'run-1', 'logs'), { recursive: true });
  writeFileSync(join(directory, 'reports', 'run-1', 'logs', 'alloy.log'), everything);

  const first = await runStep('remove-secrets', CANARIES);
  expect(first.code).toBe(0);
  const [, leaks = ''] = /^leaks=(.*)$/m.exec(read('output')) ?? [];
  expect(JSON.parse(leaks)).toEqual([join('run-1', 'logs', 'alloy.log'), 'verdict.json', 'verify.log']);
  const second = await runStep('summarize', { ...configured, OUTCOME: 'failure', LEAKS: leaks });
  const third = await runStep('update-issue', {
    GITHUB_API_URL: apiUrl,
    GITHUB_TOKEN: token,
    VERIFY_ATTEMPT: '1',
  });
  expect([second.code, third.code]).toEqual([1, 0]);

  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(directory, path)).isFile())
    .map((path) => read(path));
  const published = [...files, ...github.received, first.text, second.text, third.text].join('\n');
  // The middle of each login, which no neighbour changes.
  for (const secret of [...forms, ...logins.map((login) => login.slice(16, -6)), token]) {
    expect(published).not.toContain(secret);
  }
  expect(github.issues[0]?.body).toContain('a token was in reports/run-1/logs/alloy.log, reports/verdict.json');
});
