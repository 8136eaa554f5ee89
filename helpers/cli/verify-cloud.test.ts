import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../clients/testing/answering-server.ts';
import { type Passing, startPassingServer } from '../clients/testing/passing-server.ts';
import type { CriterionVerdict, Verdict } from '../report/verdict.ts';
import type { Stack } from '../run/stack.ts';
import { completeCloudVariables } from '../settings/alloy-environment.ts';
import { startNativeParts } from '../stack/testing/plans.ts';
import { copyProject, runScript } from './testing/commands.ts';

const TOKEN = 'glc_the-token-of-this-stack';
/** A copy, so that neither a person's `.env` nor their last verdict has a part in it. */
const project = copyProject();
let mock: Stack;
beforeAll(async () => {
  mock = await startNativeParts(['mock-cloud'], { GRAFANA_CLOUD_API_KEY: TOKEN });
}, 60_000);
afterAll(async () => {
  await mock?.stop();
  project[Symbol.dispose]();
});

/** Verifies against a Grafana Cloud on loopback: the mock cloud, behind an address of its own. */
async function verify(
  criteria: readonly string[],
  { change = {}, intercept = () => undefined }: { change?: Record<string, string>; intercept?: Intercept } = {},
) {
  await using front = await startPassingServer(mock.endpoints.mockCloud?.url ?? '', intercept);
  const environment = {
    ...completeCloudVariables({ GRAFANA_CLOUD_API_KEY: TOKEN }, front.url),
    STACK: 'native',
    ALLOY: 'embedded',
    BACKEND: 'cloud',
    ALLOY_SCRAPE_INTERVAL: '500ms',
    ALLOY_OTLP_BATCH_TIMEOUT: '200ms',
    ALLOY_REMOTE_WRITE_DEADLINE: '100ms',
    ...change,
  };
  const { exit, stdout, stderr } = await runScript('verify.ts', criteria, environment, project.root);
  expect(stderr).toBe('');
  const verdict: Verdict = JSON.parse(readFileSync(join(project.root, 'reports/verdict.json'), 'utf8'));
  const failed = verdict.phases.flatMap((phase) => phase.criteria).filter(({ status }) => status === 'failed');
  return { exit, stdout, failed };
}
type Intercept = (passing: Passing) => Reply | undefined;

/** The longest that one of these took, in seconds. */
const longest = (criteria: readonly CriterionVerdict[]) =>
  Math.max(...criteria.map(({ durationMs }) => durationMs)) / 1000;

describe('verify against Grafana Cloud', () => {
  test('ends with 0 where every login is right', async () => {
    const { exit, stdout } = await verify(['P1.7', 'P1.8', 'P1.9']);
    expect(stdout).toMatch(/\n3 passed, 0 failed in /);
    expect(exit).toBe(0);
  }, 60_000);

  test('names the ID that belongs to another service, and gives up at once on what Alloy writes with it', async () => {
    const { exit, stdout, failed } = await verify(['P1.7', 'P1.9'], {
      change: { GRAFANA_CLOUD_OTLP_INSTANCE_ID: '2847239' },
    });
    expect(failed.map(({ finding }) => finding)).toEqual(
      Array(2).fill({
        kind: 'Grafana Cloud refuses',
        use: 'OTLP export',
        problem: {
          kind: "another service's ID",
          variable: 'GRAFANA_CLOUD_OTLP_INSTANCE_ID',
          id: '2847239',
          owner: 'GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID',
        },
      }),
    );
    expect(failed[0]?.cause).toBe(
      "the OTLP gateway refuses Alloy's login, and Alloy drops the data: GRAFANA_CLOUD_OTLP_INSTANCE_ID is 2847239, which is the ID of another service: that of GRAFANA_CLOUD_PROMETHEUS_INSTANCE_ID",
    );
    // With these intervals OTLP data has had time to arrive after 1.6 s.
    expect(longest(failed)).toBeLessThan(1.6);
    expect(stdout).toContain('fix:   Set GRAFANA_CLOUD_OTLP_INSTANCE_ID to what Grafana Cloud shows under');
    expect(exit).toBe(1);
  }, 60_000);

  test('names the scope that the token to read with lacks', async () => {
    const { exit, failed } = await verify(['P1.7'], {
      change: { GRAFANA_CLOUD_READ_TOKEN: 'glc_to-read-with' },
      intercept: ({ path, login }) =>
        login.endsWith(':glc_to-read-with')
          ? path.startsWith('/tempo')
            ? { status: 403, body: 'access denied: missing scope' }
            : { body: '{"status":"success","data":[]}' }
          : undefined,
    });
    expect(failed.map(({ cause }) => cause)).toEqual([
      "Grafana Cloud refuses the run's questions about what arrived: the access policy of GRAFANA_CLOUD_READ_TOKEN lacks traces:read",
    ]);
    expect(exit).toBe(1);
  }, 60_000);

  test.each<[string, Reply, RegExp]>([
    ['a web page', { body: '<html>', type: 'text/html' }, /answered 200 with an HTML page, not JSON; .* a web page/],
    [
      'a proxy that wants a login',
      { status: 407 },
      /answered 407 with an empty body; Set GRAFANA_CLOUD_PROMETHEUS_ENDPOINT to .* a proxy answers/,
    ],
    ['nothing', { body: '' }, /answered 200 with an empty body; .* an empty body/],
    ['another API', { body: '{"status":"success","data":[]}' }, /the JSON of another API: .*; .* another API answers/],
  ])(
    'names %s at the address where it asks',
    async (_, reply, message) => {
      const { exit, failed } = await verify(['P1.9'], {
        intercept: ({ path }) => (path.endsWith('/api/v1/query') ? reply : undefined),
      });
      expect(failed.map(({ cause, fix }) => `${cause}; ${fix}`)).toEqual([expect.stringMatching(message)]);
      expect(longest(failed)).toBeLessThan(10);
      expect(exit).toBe(1);
    },
    60_000,
  );

  test.each<[string, string, Intercept]>([
    ['of Alloy', 'the OTLP gateway refuses', ({ path }) => (path.startsWith('/otlp') ? UNAUTHORIZED : undefined)],
    ['to read with', 'Grafana Cloud refuses', ({ path }) => (path.startsWith('/tempo') ? UNAUTHORIZED : undefined)],
  ])(
    'names a token %s that expires when the run has begun',
    async (_, beginning, refuse) => {
      let hasExpired = false;
      const { exit, failed } = await verify(['P1.7'], {
        intercept: (passing) => {
          // The check at the start writes nothing: what is longer comes from Alloy.
          hasExpired ||= passing.path.startsWith('/otlp') && passing.bodyLength > 0;
          return hasExpired ? refuse(passing) : undefined;
        },
      });
      expect(failed.map(({ cause }) => cause)).toEqual([
        expect.stringMatching(
          `^${beginning} .*, although it accepted the same login when the run began: GRAFANA_CLOUD_API_KEY has expired`,
        ),
      ]);
      expect(exit).toBe(1);
    },
    60_000,
  );
});

const UNAUTHORIZED: Reply = { status: 401, body: '{"status":"error","error":"authentication error: invalid token"}' };
