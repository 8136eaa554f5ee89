import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Verdict } from '../report/verdict.ts';
import { isTelemetryWanted } from './send-telemetry.ts';
import { copyProject, runScript } from './testing/commands.ts';

test.each([
  ['cloud', undefined, undefined, true],
  ['lgtm', undefined, undefined, true],
  ['mock', undefined, undefined, false],
  ['cloud', true, undefined, false],
  ['mock', undefined, true, true],
  ['cloud', true, true, true],
  ['cloud', undefined, false, false],
] as const)(
  'with the backend %s, as a smoke check %s and set to %s it is wanted: %s',
  (backend, isSmoke, set, wanted) => {
    const run = { backend, ...(isSmoke !== undefined && { isSmoke }) };
    expect(isTelemetryWanted(run, { sendsTelemetry: set })).toBe(wanted);
  },
);

describe('a run of verify', () => {
  const project = copyProject();
  afterAll(() => project[Symbol.dispose]());
  const verify = async (environment: Readonly<Record<string, string>>) => {
    const native = { STACK: 'native', ALLOY: 'embedded' };
    const { exit, stdout } = await runScript('verify.ts', ['P1.9'], { ...native, ...environment }, project.root);
    expect(exit, stdout).toBe(0);
    const verdict: Verdict = JSON.parse(readFileSync(join(project.root, 'reports/verdict.json'), 'utf8'));
    return { stdout, sent: verdict.sent };
  };

  test('sends the trace and the metrics of itself where it is told to, and else nothing against the mock', async () => {
    const silent = await verify({});
    expect(silent.stdout).not.toMatch(/trace|metrics/);
    expect(silent.sent?.spans).toBe(0);
    const telling = await verify({ ALLOY_VERIFY_TELEMETRY: 'on' });
    expect(telling.stdout).toMatch(/^trace of this run: [0-9a-f]{32}$/m);
    // The run, its phase and its criterion.
    expect(telling.sent?.spans).toBe(3);
  }, 60_000);
});
