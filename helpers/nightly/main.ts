/**
 * The steps of `.github/workflows/nightly.yml` that are more than a command: `main.ts STEP`, in the project's directory. What
 * they need comes from GitHub's variables and the step's `env`; what they share is in `reports/`.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { runCommand } from '../cli/command.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { GitHubError } from './github.ts';
import { readHistory, recordNight } from './history.ts';
import { describeLostNight, judgeNight, type NightIdentity } from './night.ts';
import { removeSecrets } from './secrets.ts';
import { formatNight, NOT_CONFIGURED } from './summary.ts';
import { updateIssue } from './update-issue.ts';
import { readVerdictFile } from './verdict-file.ts';

const usage = `node helpers/nightly/main.ts remove-secrets|summarize|update-issue

remove-secrets: removes the tokens in the environment from all files of reports/, and names the files in the step's output.
summarize:      judges the run, records it in the history and writes the job summary. Exit code 0: it passed or is not
                configured; 1: it did not pass.
update-issue:   opens, updates or closes the issue about nights that don't pass.`;

const REPORTS = resolve('reports');
const HISTORY = join(REPORTS, 'nightly', 'history.jsonl');
const MAX_LINES = 30;
const MAX_OUTPUT = 4000;

const STEPS: Readonly<Record<string, () => Promise<number> | number>> = {
  'remove-secrets': removeTokens,
  summarize,
  'update-issue': reportNight,
};

await runCommand({ usage, takesNames: true }, async ({ names: [name = '', ...others] }) => {
  const step = STEPS[name];
  if (step !== undefined && others.length === 0) return await step();
  throw new CannotRun(
    `no step is called "${[name, ...others].join(' ')}".`,
    `name one of ${Object.keys(STEPS).join(', ')}.`,
  );
});

function removeTokens(): number {
  const tokens = readVariables({
    GRAFANA_CLOUD_API_KEY: z.string().default(''),
    GRAFANA_CLOUD_READ_TOKEN: z.string().default(''),
    GRAFANA_SERVICE_ACCOUNT_TOKEN: z.string().default(''),
  });
  const { GITHUB_OUTPUT } = readVariables({ GITHUB_OUTPUT: z.string() });
  const files = existsSync(REPORTS) ? removeSecrets(REPORTS, Object.values(tokens)) : [];
  for (const file of files) annotate('error', 'A token was in the report', `It was removed from reports/${file}.`);
  appendFileSync(GITHUB_OUTPUT, `leaks=${JSON.stringify(files)}\n`);
  return 0;
}

function summarize(): number {
  const { GITHUB_STEP_SUMMARY, IS_CONFIGURED } = readVariables({
    GITHUB_STEP_SUMMARY: z.string(),
    IS_CONFIGURED: z.enum(['true', 'false']),
  });
  if (IS_CONFIGURED === 'false') {
    appendFileSync(GITHUB_STEP_SUMMARY, NOT_CONFIGURED);
    annotate('notice', 'Nightly run: not configured', 'No token of Grafana Cloud is set, so nothing was verified.');
    return 0;
  }
  const { OUTCOME, LEAKS } = readVariables({ OUTCOME: z.string(), LEAKS: z.string() });
  const verdict = readVerdictFile(join(REPORTS, 'verdict.json'));
  const night = judgeNight({
    ...readIdentity(),
    verdict,
    outcome: OUTCOME,
    output: readLastLines(join(REPORTS, 'verify.log')),
    leaks: z.array(z.string()).parse(JSON.parse(LEAKS)),
  });
  appendFileSync(GITHUB_STEP_SUMMARY, `${formatNight(night, verdict, recordNight(HISTORY, night))}\n`);
  for (const { criteria, cause } of night.problems) annotate('error', criteria.join(', ') || 'Nightly run', cause);
  return night.status === 'passed' ? 0 : 1;
}

async function reportNight(): Promise<number> {
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, VERIFY_ATTEMPT } = readVariables({
    GITHUB_API_URL: z.string(),
    GITHUB_REPOSITORY: z.string(),
    GITHUB_TOKEN: z.string(),
    VERIFY_ATTEMPT: z.coerce.number(),
  });
  // This job may be repeated alone: the night is that of the attempt that verified.
  const identity = { ...readIdentity(), attempt: VERIFY_ATTEMPT };
  const history = readHistory(HISTORY);
  // The report may be missing: the job that writes it can fail before it does.
  const last = history.at(-1);
  const isTonight = last?.runId === identity.runId && last.attempt === identity.attempt;
  const nights = isTonight ? history : [...history, describeLostNight(identity)];
  try {
    const done = await updateIssue({ apiUrl: GITHUB_API_URL, name: GITHUB_REPOSITORY, token: GITHUB_TOKEN }, nights);
    process.stdout.write(`${done}\n`);
    return 0;
  } catch (error) {
    if (error instanceof GitHubError) throw new CannotRun(error.message, error.fix);
    throw error;
  }
}

function readIdentity(): NightIdentity {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_SHA } = readVariables({
    GITHUB_SERVER_URL: z.string(),
    GITHUB_REPOSITORY: z.string(),
    GITHUB_RUN_ID: z.string(),
    GITHUB_RUN_ATTEMPT: z.coerce.number(),
    GITHUB_SHA: z.string(),
  });
  return {
    runId: GITHUB_RUN_ID,
    attempt: GITHUB_RUN_ATTEMPT,
    url: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`,
    commit: GITHUB_SHA,
    at: new Date().toISOString(),
  };
}

/** These variables of the environment. Throws `CannotRun` with the names of those that are missing or wrong. */
function readVariables<T extends z.ZodRawShape>(shape: T): z.output<z.ZodObject<T>> {
  const parsed = z.object(shape).safeParse(process.env);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new CannotRun(
    `the environment lacks ${names}, or holds something else there.`,
    'run it as a step of .github/workflows/nightly.yml, which sets them.',
  );
}

function readLastLines(file: string): string {
  if (!existsSync(file)) return '';
  const lines = stripVTControlCharacters(readFileSync(file, 'utf8')).trim().split('\n');
  return lines.slice(-MAX_LINES).join('\n').slice(-MAX_OUTPUT);
}

/**
 * Shows a message on the page of the workflow run.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
function annotate(level: 'notice' | 'error', title: string, message: string): void {
  process.stdout.write(
    `::${level} title=${escapeCommand(title).replace(/[:,]/g, encodeURIComponent)}::${escapeCommand(message)}\n`,
  );
}

function escapeCommand(text: string): string {
  return text.replace(/[%\r\n]/g, encodeURIComponent);
}
