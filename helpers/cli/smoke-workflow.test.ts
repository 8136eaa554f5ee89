import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../settings/settings.ts';

const workflow = z.object({
  jobs: z.object({ smoke: z.object({ steps: z.array(z.object({ run: z.string().optional() })) }) }),
});

test('the summary is an indented block, which no text in it can end as it could a fence', () => {
  const file = readFileSync(join(ROOT, '.github/workflows/smoke.yml'), 'utf8');
  const script = workflow.parse(parse(file)).jobs.smoke.steps.at(-1)?.run ?? '';
  const summary = script.split('\n').filter((line) => line.includes('GITHUB_STEP_SUMMARY'));
  expect(summary).toEqual([expect.stringContaining("sed 's/^/    /'")]);
  expect(script).not.toContain('```');
});
