import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { ROOT } from '../settings/settings.ts';

const job = z.object({
  steps: z.array(z.object({ run: z.string().optional(), uses: z.string().optional() })),
  strategy: z.object({ matrix: z.object({ shard: z.array(z.number()) }) }).optional(),
});
const workflow = z.object({ jobs: z.record(z.string(), job) });

const { jobs } = workflow.parse(parse(readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8')));
const steps = Object.values(jobs).flatMap((one) => one.steps);
const commands = steps.flatMap(({ run }) => run ?? []);

test('the workflow runs every vitest project, and names no unknown one, which vitest would ignore', () => {
  const named = commands.flatMap((command) => [...command.matchAll(/--project (\S+)/g)].map(([, name]) => name));
  const config = readFileSync(join(ROOT, 'vitest.config.ts'), 'utf8');
  const declared = [...config.matchAll(/^ {10}name: '([^']+)'/gm)].map(([, name]) => name);
  expect(declared.length).toBeGreaterThan(1);
  expect([...new Set(named)].sort()).toEqual(declared.sort());
});

test('every npm script that the workflow calls exists', () => {
  const called = commands.flatMap((command) => /^npm (?:run )?(\S+)/.exec(command)?.[1] ?? []);
  expect(called.length).toBeGreaterThan(1);
  expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining(called));
});

test('the matrix lists every shard', () => {
  const shards = jobs.containers?.strategy?.matrix.shard ?? [];
  const counts = commands.flatMap((command) => /--shard=\S+ matrix\.shard \}\}\/(\d+)/.exec(command)?.[1] ?? []);
  expect(new Set(counts)).toEqual(new Set([String(shards.length)]));
  expect(shards).toEqual(shards.map((_, index) => index + 1));
});

test('every action is pinned to a commit', () => {
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
});
