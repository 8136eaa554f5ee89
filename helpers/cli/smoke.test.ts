import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { startPassingServer } from '../clients/testing/passing-server.ts';
import type { Stack } from '../run/stack.ts';
import { aimAtMock, completeCloudVariables } from '../settings/alloy-environment.ts';
import { ROOT } from '../settings/settings.ts';
import { startNativeParts } from '../stack/testing/plans.ts';
import { copyProject, runScript } from './testing/commands.ts';

const TOKEN = 'glc_canary-4f1e';
const directory = mkdtempSync(join(tmpdir(), 'smoke-'));
const config = join(directory, 'config.alloy');
copyFileSync(join(ROOT, 'grafana-alloy/config.alloy'), config);

/** A copy, so that neither a person's `.env` nor their last verdict has a part in it. */
const project = copyProject();
let stack: Stack;
let variables: Record<string, string>;

beforeAll(async () => {
  stack = await startNativeParts(['mock-cloud', 'alloy', 'postgres', 'redis', 'rabbitmq', 'api'], {
    GRAFANA_CLOUD_API_KEY: TOKEN,
    ALLOY_CONFIG: config,
    ALLOY_SCRAPE_INTERVAL: '1s',
    ALLOY_SCRAPE_TIMEOUT: '1s',
  });
  const { alloy, api, mockCloud: cloud } = stack.endpoints;
  if (alloy === undefined || api === undefined || cloud === undefined) throw new Error('a part is missing');
  variables = {
    ...aimAtMock(completeCloudVariables({ GRAFANA_CLOUD_API_KEY: TOKEN }, cloud.url), cloud.url),
    ALLOY_URL: alloy.url,
    ALLOY_OTLP_GRPC: alloy.otlpGrpc,
    ALLOY_OTLP_HTTP: alloy.otlpHttp,
    ALLOY_CONFIG: config,
    ALLOY_SCRAPE_INTERVAL: '1s',
    ALLOY_OTLP_BATCH_TIMEOUT: '200ms',
    ALLOY_REMOTE_WRITE_DEADLINE: '100ms',
    API_URL: api.url,
  };
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  project[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

async function smoke(environment: Record<string, string> = {}, ...args: string[]) {
  const result = await runScript('smoke.ts', args, { ...variables, ...environment }, project.root);
  expect(result.stdout + result.stderr).not.toContain(TOKEN);
  return result;
}

/** Runs `action` while Alloy has another configuration. */
async function withConfiguration(text: string, action: () => Promise<void>): Promise<void> {
  const original = readFileSync(config, 'utf8');
  writeFileSync(config, text);
  try {
    await stack.restart('alloy');
    await action();
  } finally {
    writeFileSync(config, original);
    await stack.restart('alloy');
  }
}

/** Stores a sample of 0 in the mock cloud, over OTLP. */
async function storeMarked(name: string, { job = '', instance = '', ...labels }: Record<string, string>) {
  const list = (pairs: Record<string, string>) =>
    Object.entries(pairs).map(([key, value]) => ({ key, value: { stringValue: value } }));
  const dataPoints = [{ asDouble: 0, timeUnixNano: `${Date.now()}000000`, attributes: list(labels) }];
  const resource = { attributes: list({ 'service.name': job, 'service.instance.id': instance }) };
  const scopeMetrics = [{ scope: {}, metrics: [{ name, gauge: { dataPoints } }] }];
  const login = Buffer.from(`${variables[nameIdOf('OTLP')]}:${TOKEN}`).toString('base64');
  const { statusCode } = await request(`${variables.GRAFANA_CLOUD_OTLP_ENDPOINT}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${login}` },
    body: JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] }),
  });
  expect(statusCode).toBe(200);
}

function nameIdOf(service: string): string {
  return `GRAFANA_CLOUD_${service}_INSTANCE_ID`;
}

/** The mock cloud behind an address that does not say that it is one, as a backend of real parts; with what was asked there. */
async function startHosted() {
  const paths: string[] = [];
  const front = await startPassingServer(needed(stack.endpoints.mockCloud).url, ({ path }) => {
    paths.push(path);
    return undefined;
  });
  const hosted = completeCloudVariables({ GRAFANA_CLOUD_API_KEY: TOKEN }, front.url);
  return { variables: hosted, paths, [Symbol.asyncDispose]: () => front[Symbol.asyncDispose]() };
}

function listProblems(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line.startsWith('✗'));
}

describe('a smoke check', () => {
  test('ends with 0 where all is well, and says what it did not check and why', async () => {
    const { exit, stdout } = await smoke();
    expect(stdout).toMatch(/^stack: external .*\n\d+ passed, 0 failed, \d+ not checked in [\d.]+ s\n/);
    expect(stdout).toMatch(/\n\d+ not checked: a smoke check only looks/);
    expect(exit).toBe(0);
  });

  test('prints the verdict alone with --json', async () => {
    const { exit, stdout } = await smoke({}, '--json');
    const { phases } = JSON.parse(stdout);
    const criteria = phases.flatMap((phase: { criteria: { status: string; cause?: string }[] }) => phase.criteria);
    expect(criteria.filter(({ status }: { status: string }) => status === 'failed')).toEqual([]);
    const skipped = criteria.filter(({ status }: { status: string }) => status === 'skipped');
    expect(skipped.every(({ cause }: { cause?: string }) => cause !== undefined && cause !== '')).toBe(true);
    expect(exit).toBe(0);
  });

  test('searches for no trace but that of a request, for which it says that a hosted search lags', async () => {
    await using hosted = await startHosted();
    const { stdout } = await smoke(hosted.variables);
    expect(stdout).toMatch(
      /^.*\nWith a scrape every 1 s and a search for traces \(P4\.3\) that may lag by 30 s it takes up to 31 s, or /,
    );
    expect(hosted.paths.filter((path) => path.startsWith('/tempo/api/search')).length).toBeGreaterThan(0);
    hosted.paths.length = 0;
    const { exit, stdout: fast } = await smoke({ ...hosted.variables, API_URL: '' });
    expect(fast).not.toContain('it takes up to');
    expect(hosted.paths.filter((path) => path.startsWith('/tempo/api/search')).length).toBe(0);
    expect(exit).toBe(0);
  }, 60_000);

  test('says that STACK is not used, where ALLOY_URL names another kind of stack', async () => {
    const { exit, stdout } = await smoke({ STACK: 'native' });
    expect(stdout).toMatch(
      /^stack: external .*\nNot used: STACK, because ALLOY_URL names a stack that runs already\.\n/,
    );
    expect(exit).toBe(0);
  });

  test('checks what needs no address that it was not given', async () => {
    const { exit, stdout } = await smoke({ API_URL: '' });
    expect(stdout).toContain('2 not checked: this run has no address for it: API_URL is not set');
    expect(exit).toBe(0);
  });

  test('takes the intervals from the running Alloy, whatever a variable says', async () => {
    const { exit, stdout, stderr } = await smoke({ ALLOY_SCRAPE_INTERVAL: '60s' }, '--timeout', '30');
    expect(stdout + stderr).not.toContain('With a scrape every');
    expect(exit).toBe(0);
  });

  test('says beforehand how long it waits, and refuses a --timeout that is too short for that', async () => {
    const text = readFileSync(config, 'utf8');
    const slow = 'prometheus.scrape "slow" {\n\ttargets    = []\n\tforward_to = []\n}\n';
    await withConfiguration(`${text}\n${slow}`, async () => {
      expect((await smoke()).stdout).toContain('With a scrape every 60 s it takes up to 61 s, or ');
      const { exit, stderr } = await smoke({}, '--timeout', '30');
      expect(stderr).toContain('--timeout 30 is less than telemetry takes on this stack: up to 66 s');
      expect(exit).toBe(2);
    });
  }, 60_000);

  test('takes no series for those of this Alloy that a run beside it has marked', async () => {
    // Not scraped, and all is down: P3.1 would pass without its relabelling, or fail with it.
    await storeMarked('redis_up', { job: 'integrations/redis_exporter', instance: 'redis', verify_run: 'another' });
    const { exit, stdout } = await smoke();
    expect(stdout).toMatch(/\d+ passed, 0 failed/);
    expect(exit).toBe(0);
  });

  test('writes nothing to the servers of the stack', async () => {
    const before = await countWrites();
    await smoke({ DATABASE_URL: databaseUrl(), REDIS_URL: redisUrl() });
    expect(await countWrites()).toEqual(before);
  });

  test.each([
    [{}, ['--timeout', 'soon'], '--timeout soon is not a number'],
    [{}, ['--timeout'], 'an option lacks its value'],
    [{}, ['phase1'], 'unknown argument phase1'],
    [{ ALLOY_URL: '', ALLOY_OTLP_GRPC: '', ALLOY_OTLP_HTTP: '' }, [], 'set ALLOY_URL'],
  ])('ends with 2 where it can’t tell: %j %j', async (environment, args, message) => {
    const { exit, stderr } = await smoke(environment, ...args);
    expect(stderr).toContain(message);
    expect(exit).toBe(2);
  });

  test.each([
    ['ALLOY_URL', 'http://127.0.0.1:9', 'nothing answers. Fix: Start Alloy there, or set ALLOY_URL to'],
    ['ALLOY_URL', 'PAGE', 'a web page answers, not Alloy. Fix: Set ALLOY_URL to'],
    ['ALLOY_OTLP_HTTP', 'http://127.0.0.1:9', 'nothing answers. Fix: Start Alloy there, or set ALLOY_OTLP_HTTP to'],
    ['ALLOY_OTLP_HTTP', 'PAGE', 'a web page answers, not Alloy. Fix: Set ALLOY_OTLP_HTTP to'],
    ['ALLOY_OTLP_GRPC', '127.0.0.1:9', 'nothing answers. Fix: Start Alloy there, or set ALLOY_OTLP_GRPC to'],
    ['ALLOY_OTLP_GRPC', 'PAGE', 'a web page answers, not Alloy. Fix: Set ALLOY_OTLP_GRPC to'],
  ])(
    'ends with 1 and one line where %s leads to %s',
    async (variable, wrong, words) => {
      await using page = await startAnsweringServer(() => ({ body: '<html>', type: 'text/html' }));
      const address = wrong !== 'PAGE' ? wrong : variable === 'ALLOY_OTLP_GRPC' ? new URL(page.url).host : page.url;
      const { exit, stdout } = await smoke({ [variable]: address });
      expect(listProblems(stdout)).toEqual([
        expect.stringContaining(`${variable} leads to ${address}, where ${words}`),
      ]);
      expect(exit).toBe(1);
    },
    60_000,
  );

  test('ends with 1 and one line for a token that no service takes', async () => {
    const { exit, stdout } = await smoke({ GRAFANA_CLOUD_API_KEY: 'glc_wrong' });
    expect(listProblems(stdout)).toEqual([
      expect.stringMatching(
        /: Prometheus \(.*401\), Tempo \(.*401\) and Loki \(.*401\) refuse .* Fix: Set GRAFANA_CLOUD_/,
      ),
    ]);
    expect(exit).toBe(1);
  });

  const [prometheus, loki, tempo, otlp] = ['PROMETHEUS', 'LOKI', 'TEMPO', 'OTLP'].map(nameIdOf);
  test.each([
    ['the mock cloud', loki, '2847239', prometheus],
    ['a backend of one’s own', tempo, '1419296', loki],
    ['Grafana Cloud', prometheus, '1413606', tempo],
    ['the mock cloud', otlp, '2847239', prometheus],
  ])(
    'ends with 1 and one line where %s knows that %s is %s, that of %s',
    async (place, variable, id, owner) => {
      await using hosted = await startHosted();
      const { exit, stdout } = await smoke({
        ...(place !== 'the mock cloud' && hosted.variables),
        ...(place === 'Grafana Cloud' && { BACKEND: 'cloud' }),
        API_URL: '',
        [`${variable}`]: id,
      });
      expect(listProblems(stdout)).toEqual([
        expect.stringMatching(
          `^✗ P1\\.1\\b.*: ${variable} is ${id}, which is the ID of another service: that of ${owner}\\. Fix: Set ${variable} `,
        ),
      ]);
      expect(exit).toBe(1);
    },
    120_000,
  );

  test.each([
    ['nothing', ['mock-cloud']],
    ['the series of another Alloy, which can’t scrape', ['mock-cloud', 'alloy']],
  ] as const)(
    'ends with 1 and one line where Alloy sends to another backend than the one with %s that is asked',
    async (_, parts) => {
      const other = await startNativeParts(parts, {
        GRAFANA_CLOUD_API_KEY: TOKEN,
        ALLOY_SCRAPE_INTERVAL: '1s',
        ALLOY_SCRAPE_TIMEOUT: '1s',
      });
      try {
        const { url } = needed(other.endpoints.mockCloud);
        const asked = aimAtMock(completeCloudVariables({ GRAFANA_CLOUD_API_KEY: TOKEN }, url), url);
        const { exit, stdout } = await smoke(asked);
        const sentTo = needed(stack.endpoints.mockCloud).url;
        expect(listProblems(stdout)).toEqual([
          expect.stringMatching(
            `^✗ P1\\.7, P1\\.9, P2\\..*: this Alloy sends to another backend than the one that is asked: .* ${sentTo}/otlp and ${sentTo}/api/prom/push, and nothing of it is in Tempo at ${url}/tempo, `,
          ),
        ]);
        expect(exit).toBe(1);
        const { exit: again, stdout: json } = await smoke(asked, '--json');
        const failed = JSON.parse(json).phases.flatMap(({ criteria }: { criteria: { status: string }[] }) =>
          criteria.filter(({ status }) => status === 'failed'),
        );
        expect(failed.length).toBeGreaterThan(5);
        for (const { finding } of failed) expect(finding).toMatchObject({ kind: 'another backend' });
        expect(again).toBe(1);
      } finally {
        await other.stop();
      }
    },
    120_000,
  );

  test('ends with 1 and one line after the labels of Redis are no longer set', async () => {
    const text = readFileSync(config, 'utf8');
    const rule = /discovery\.relabel "redis" \{[\s\S]*?\n\}\n\n/;
    expect(text).toMatch(rule);
    const unlabelled = text
      .replace(rule, '')
      .replace('discovery.relabel.redis.output', 'prometheus.exporter.redis.redis.targets');
    await withConfiguration(unlabelled, async () => {
      // Through a relay Alloy's address is another one than the one that is asked.
      await using relay = await startHosted();
      for (const environment of [{}, { ...relay.variables, API_URL: '' }]) {
        const { exit, stdout } = await smoke(environment);
        expect(listProblems(stdout)).toEqual([
          expect.stringMatching(
            /^✗ P3\.1, P3\.8: prometheus\.scrape\.redis scrapes it as job="integrations\/redis".*Fix: Put a discovery\.relabel/,
          ),
        ]);
        expect(exit).toBe(1);
      }
    });
  }, 120_000);

  test('ends with 0 again as soon as they are', async () => {
    expect((await smoke()).exit).toBe(0);
  });
});

function databaseUrl(): string {
  const { user, password, host, port, database } = needed(stack.endpoints.postgres);
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

function redisUrl(): string {
  const { host, port, password } = needed(stack.endpoints.redis);
  return `redis://:${encodeURIComponent(password)}@${host}:${port}`;
}

/** What a criterion that works on the servers leaves there: rows that were ever written, and keys. */
async function countWrites(): Promise<{ rows: string; keys: string[] }> {
  const { Client } = (await import('pg')).default;
  const { Redis } = await import('ioredis');
  const client = new Client({ connectionString: databaseUrl() });
  const redis = new Redis(redisUrl());
  try {
    await client.connect();
    const { rows } = await client.query(
      'SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text AS rows FROM pg_stat_user_tables',
    );
    return { rows: rows[0].rows, keys: (await redis.keys('*')).sort() };
  } finally {
    redis.disconnect();
    await client.end();
  }
}

function needed<T>(endpoint: T | undefined): T {
  if (endpoint === undefined) throw new Error('a part is missing');
  return endpoint;
}
