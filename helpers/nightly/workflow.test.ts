import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { CLOUD_VARIABLES } from '../settings/cloud.ts';
import { ROOT } from '../settings/settings.ts';

const permissions = z.record(z.string(), z.string());
const step = z.object({
  id: z.string().optional(),
  if: z.string().optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  shell: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
const job = z.object({
  steps: z.array(step),
  permissions: permissions.optional(),
  env: z.record(z.string(), z.string()).optional(),
  outputs: z.record(z.string(), z.string()).optional(),
});
const workflow = z.object({
  on: z.object({ schedule: z.array(z.object({ cron: z.string() })), workflow_dispatch: z.null() }),
  permissions,
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }),
  jobs: z.object({ verify: job, issue: job }),
});

const text = readFileSync(join(ROOT, '.github/workflows/nightly.yml'), 'utf8');
const { on, concurrency, jobs, ...top } = workflow.parse(parse(text));
const steps = [...jobs.verify.steps, ...jobs.issue.steps];
const verify = steps.find(({ id }) => id === 'verify');

test('it runs every night and by hand, one run at a time, and cancels none', () => {
  expect(on.schedule).toHaveLength(1);
  expect(concurrency).toEqual({ group: 'nightly', 'cancel-in-progress': false });
});

test('only the job that runs no criteria may write issues', () => {
  expect(top.permissions).toEqual({ contents: 'read' });
  expect(jobs.verify.permissions).toBeUndefined();
  expect(jobs.issue.permissions).toEqual({ contents: 'read', issues: 'write' });
});

test('secrets are in the steps that verify and that remove them, and nowhere else', () => {
  const holders = steps.filter((one) => JSON.stringify(one).includes('secrets.GRAFANA'));
  expect(holders.map(({ id }) => id)).toEqual(['verify', 'secrets']);
  // The condition of a job's steps can't read secrets: it gets whether they are set, and not what they are.
  for (const [name, value] of Object.entries(jobs.verify.env ?? {})) {
    expect(name).toBe('IS_CONFIGURED');
    for (const [use] of value.matchAll(/secrets\.\w+(?: != '')?/g)) expect(use).toMatch(/ != ''$/);
  }
  expect(jobs.issue.env).toBeUndefined();
});

test('every secret that the criteria get is one that is removed from the report', () => {
  const list = (id: string) =>
    Object.entries(steps.find((one) => one.id === id)?.env ?? {})
      .filter(([, value]) => value.includes('secrets.'))
      .map(([name]) => name)
      .sort();
  expect(list('verify')).toEqual(list('secrets'));
  expect(list('secrets').length).toBeGreaterThan(0);
});

test('the criteria run against Grafana Cloud with the published images, and get every variable of it', () => {
  expect(verify?.run).toContain('npm run verify');
  expect(verify?.env).toMatchObject({ BACKEND: 'cloud', STACK: 'containers', ALLOY: 'container' });
  expect(Object.keys(verify?.env ?? {})).toEqual(expect.arrayContaining([...CLOUD_VARIABLES]));
  for (const [name, value] of Object.entries(verify?.env ?? {})) {
    if (value.startsWith('${{')) expect(value).toMatch(new RegExp(`^\\$\\{\\{ (?:secrets|vars)\\.${name} \\}\\}$`));
  }
});

test('a failure of the criteria is not lost in the pipe that keeps their output', () => {
  expect(verify?.run).toContain('| tee');
  expect(verify?.shell).toBe('bash');
});

test('the report is published after the secrets are removed from it, and only then', () => {
  const order = jobs.verify.steps.map(({ id, uses = '' }) => id ?? uses.replace(/@.*/, ''));
  const removed = order.indexOf('secrets');
  for (const name of ['actions/cache/save', 'actions/upload-artifact']) {
    expect(order.indexOf(name)).toBeGreaterThan(removed);
    expect(jobs.verify.steps[order.indexOf(name)]?.if).toContain("steps.secrets.outcome == 'success'");
  }
});

test('a repository without secrets skips what needs them, and is summarized', () => {
  const conditions = new Map(jobs.verify.steps.map(({ id, if: condition }) => [id, condition]));
  for (const id of ['verify', 'secrets']) expect(conditions.get(id)).toContain("env.IS_CONFIGURED == 'true'");
  expect(conditions.get('summary')).toContain("env.IS_CONFIGURED == 'false' ||");
});

test('the job that reads the report finds it by the name under which it was uploaded', () => {
  const name = (action: string) => steps.find(({ uses }) => uses?.startsWith(action))?.with?.name;
  const formatExpression = (text: string) => `\${{ ${text} }}`;
  const own = formatExpression('github.run_attempt');
  expect(name('actions/upload-artifact@')).toBe(`nightly-${own}`);
  expect(jobs.verify.outputs?.attempt).toBe(own);
  // GitHub may repeat this job alone, with the outputs that the other one had.
  const verified = formatExpression('needs.verify.outputs.attempt || github.run_attempt');
  expect(name('actions/download-artifact@')).toBe(`nightly-${verified}`);
  expect(jobs.issue.steps.at(-1)?.env?.VERIFY_ATTEMPT).toBe(verified);
});

test('every command and every step of the program exists', () => {
  const commands = steps.flatMap(({ run }) => run ?? []);
  const scripts = commands.flatMap((command) => /npm run (\S+)/.exec(command)?.[1] ?? []);
  expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining(scripts));
  const program = readFileSync(join(ROOT, 'helpers/nightly/main.ts'), 'utf8');
  const names = commands.flatMap((command) => /nightly\/main\.ts (\S+)/.exec(command)?.[1] ?? []);
  expect(names).toEqual(['remove-secrets', 'summarize', 'update-issue']);
  for (const name of names) expect(program).toContain(`${name}: `);
});

test('every action is pinned to a commit, and leaves no token in the working tree', () => {
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
  for (const one of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
    expect(one.with?.['persist-credentials']).toBe(false);
  }
});
