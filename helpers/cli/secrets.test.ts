import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Reply } from '../clients/testing/answering-server.ts';
import { type Passing, startPassingServer } from '../clients/testing/passing-server.ts';
import type { Stack } from '../run/stack.ts';
import { completeCloudVariables } from '../settings/alloy-environment.ts';
import { startNativeParts } from '../stack/testing/plans.ts';
import { copyProject, runScript } from './testing/commands.ts';

/** What must be nowhere, by the variable that it is in. Some have signs that a URL writes in another way. */
const CANARIES: Record<string, string> = {
  GRAFANA_CLOUD_API_KEY: 'glc_canary-of-the-key',
  GRAFANA_CLOUD_READ_TOKEN: 'glc_canary-to-read-with',
  GRAFANA_CLOUD_STACKS_TOKEN: 'glc_canary-to-look-for-stacks',
  GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_canary-of-the-service-account',
  TEMPO_URL: 'canary/of+tempo',
  PROMETHEUS_URL: 'canary/of+prometheus',
  LOKI_URL: 'canary/of+loki',
  HTTPS_PROXY: 'canary/of+the+proxy',
  RABBITMQ_URL: 'canary/of+rabbitmq',
};
/** A copy, so that neither a person's `.env` nor their last verdict has a part in it. */
const project = copyProject();
const reports = join(project.root, 'reports');
let stack: Stack;

beforeAll(async () => {
  stack = await startNativeParts(['mock-cloud', 'alloy', 'postgres', 'redis'], {
    GRAFANA_CLOUD_API_KEY: CANARIES.GRAFANA_CLOUD_API_KEY,
  });
  Object.assign(CANARIES, {
    DATABASE_URL: stack.endpoints.postgres?.password,
    REDIS_URL: stack.endpoints.redis?.password,
  });
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  project[Symbol.dispose]();
});
beforeEach(() => rmSync(reports, { recursive: true, force: true }));

/** Every variable that has a secret, with what it names out of reach, except PostgreSQL and Redis. */
function listVariables(): Record<string, string> {
  const { postgres, redis } = stack.endpoints;
  const inUrl = (name: string) => `user:${encodeURIComponent(CANARIES[name] ?? '')}@`;
  return {
    GRAFANA_CLOUD_READ_TOKEN: CANARIES.GRAFANA_CLOUD_READ_TOKEN ?? '',
    GRAFANA_CLOUD_STACKS_TOKEN: CANARIES.GRAFANA_CLOUD_STACKS_TOKEN ?? '',
    TEMPO_URL: `http://${inUrl('TEMPO_URL')}127.0.0.1:1`,
    PROMETHEUS_URL: `http://${inUrl('PROMETHEUS_URL')}127.0.0.1:1`,
    LOKI_URL: `http://${inUrl('LOKI_URL')}127.0.0.1:1`,
    HTTPS_PROXY: `http://${inUrl('HTTPS_PROXY')}127.0.0.1:1`,
    DATABASE_URL: `postgresql://${postgres?.user}:${postgres?.password}@127.0.0.1:${postgres?.port}/${postgres?.database}`,
    REDIS_URL: `redis://:${redis?.password}@127.0.0.1:${redis?.port}`,
    RABBITMQ_URL: `amqp://${inUrl('RABBITMQ_URL')}127.0.0.1:1`,
    STACK: 'native',
    ALLOY: 'embedded',
    ALLOY_LOG_LEVEL: 'debug',
    ALLOY_SCRAPE_INTERVAL: '500ms',
    ALLOY_SCRAPE_TIMEOUT: '500ms',
    ALLOY_OTLP_BATCH_TIMEOUT: '200ms',
    ALLOY_REMOTE_WRITE_DEADLINE: '100ms',
  };
}

/** Runs a command with its own directory for what it starts, and looks for the canaries in all that it shows meanwhile and after it. */
async function run(script: string, args: readonly string[], environment: Record<string, string>, input?: string) {
  const temporary = mkdtempSync(join(tmpdir(), 'c-'));
  chmodSync(temporary, 0o755);
  const leaks = new Set<string>();
  const look = () => {
    for (const [place, text] of [...readCommandLines(), ...readLogs(temporary)]) {
      for (const name of findCanaries(text)) leaks.add(`${name} in ${place}`);
    }
  };
  const watch = setInterval(look, 100);
  try {
    const variables = { ...environment, TMPDIR: temporary };
    const result = await runScript(script, args, variables, project.root, input === undefined ? {} : { input });
    look();
    const shown: (readonly [string, string])[] = [
      ['stdout', result.stdout],
      ['stderr', result.stderr],
      ...readTexts(reports),
    ];
    for (const [place, text] of shown) for (const name of findCanaries(text)) leaks.add(`${name} in ${place}`);
    expect([...leaks], result.stdout + result.stderr).toEqual([]);
    return result;
  } finally {
    clearInterval(watch);
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The names of the variables whose secret is in a text, as it is, as a URL has it, or in base64. */
function findCanaries(text: string): string[] {
  const decoded = [...text.matchAll(/[\w+/=-]{16,}/g)].map(([word]) => Buffer.from(word, 'base64').toString('latin1'));
  const places = [text, ...decoded];
  return Object.keys(CANARIES).filter((name) => {
    const secret = CANARIES[name] ?? '';
    return places.some((place) => place.includes(secret) || place.includes(encodeURIComponent(secret)));
  });
}

/** The command lines of all processes of this machine. */
function readCommandLines(): [string, string][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [`the command line of ${pid}`, read(`/proc/${pid}/cmdline`)]);
}

/** What the parts of a stack log. */
function readLogs(directory: string): [string, string][] {
  return readTexts(directory).filter(([path]) => path.endsWith('.log'));
}

function readTexts(directory: string): [string, string][] {
  return listFiles(directory).map((path) => [path, read(path)]);
}

/** Directories go while they are listed. */
function listFiles(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return listFiles(path);
      return entry.isFile() ? path : [];
    });
  } catch {
    return [];
  }
}

/** A process may end, and a file go, between two looks. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * A service that refuses, and answers with what it was asked: with the login as it came, decoded, and as a URL has it. It does
 * not so to what Alloy writes, because Alloy itself logs the answer.
 */
function echo({ headers, login, path, method }: Passing, status: number): Reply | undefined {
  if (path === '/metrics') return undefined;
  if (method === 'POST') return { status };
  const { authorization = '' } = headers;
  const body = `not for ${authorization} alias ${login} alias ${encodeURIComponent(login)} alias ${authorization.slice(7)}`;
  return { status, body, type: 'text/plain' };
}

/** The variables of a Grafana Cloud that is at `url`, with a token that is not the one of its stack. */
const listCloud = (url: string) =>
  completeCloudVariables({ GRAFANA_CLOUD_API_KEY: CANARIES.GRAFANA_CLOUD_API_KEY }, url);

describe('no secret is in what a command prints, reports or logs, nor in a command line', () => {
  test('the canaries are found where they are', () => {
    const login = Buffer.from(`1461503:${CANARIES.GRAFANA_CLOUD_API_KEY}`).toString('base64');
    expect(findCanaries(`Basic ${login}`)).toEqual(['GRAFANA_CLOUD_API_KEY']);
    expect(findCanaries(`x http://user:${encodeURIComponent('canary/of+tempo')}@h`)).toEqual(['TEMPO_URL']);
    expect(findCanaries(`"canary/of+loki"`)).toEqual(['LOKI_URL']);
    expect(findCanaries('(secret)')).toEqual([]);
  });

  test('of a run that passes', async () => {
    const cloud = { GRAFANA_CLOUD_API_KEY: CANARIES.GRAFANA_CLOUD_API_KEY ?? '' };
    const service = {
      GRAFANA_URL: 'http://127.0.0.1:1',
      GRAFANA_SERVICE_ACCOUNT_TOKEN: CANARIES.GRAFANA_SERVICE_ACCOUNT_TOKEN ?? '',
    };
    // P1.1 wants all variables of Grafana Cloud where one is set.
    const ofPhase1 = Array.from({ length: 10 }, (_, index) => `P1.${index + 2}`);
    const { exit, stdout, stderr } = await run('verify.ts', [...ofPhase1, 'P2.1', 'P3.1'], {
      ...listVariables(),
      ...cloud,
      ...service,
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\n12 passed, 0 failed in /);
    expect(exit).toBe(0);
  }, 120_000);

  test.each([401, 400])(
    'of a run whose Grafana Cloud answers %i with the login that it was sent',
    async (status) => {
      await using server = await startPassingServer('', (passing) => echo(passing, status));
      const environment = { ...listVariables(), ...listCloud(server.url), BACKEND: 'cloud' };
      const { exit, stderr } = await run('verify.ts', ['P1.7', 'P1.9', 'P2.1', 'P3.1'], environment);
      expect(stderr).toBe('');
      expect(read(join(reports, 'verdict.json'))).toContain('alias 1413606:(secret) alias');
      expect(exit).toBe(1);
    },
    120_000,
  );

  test('of a run whose Tempo, Prometheus and Loki answer with the login', async () => {
    await using server = await startPassingServer('', (passing) => echo(passing, 403));
    const variables = Object.entries(listVariables()).map(([name, value]) => [
      name,
      /^(?:TEMPO|PROMETHEUS|LOKI)_URL$/.test(name) ? value.replace('127.0.0.1:1', new URL(server.url).host) : value,
    ]);
    const environment = { ...Object.fromEntries(variables), BACKEND: 'lgtm', TEMPO_OTLP_URL: server.url };
    const { exit, stderr } = await run('verify.ts', ['P1.7', 'P1.9'], environment);
    expect(stderr).toBe('');
    expect(exit).toBe(1);
  }, 120_000);

  test('of a run whose sources refuse the login', async () => {
    const { postgres, redis } = stack.endpoints;
    const environment = {
      ...listVariables(),
      GRAFANA_CLOUD_API_KEY: CANARIES.GRAFANA_CLOUD_API_KEY ?? '',
      // Each is asked with the login of another one.
      DATABASE_URL: `postgresql://user:${encodeURIComponent('canary/of+tempo')}@127.0.0.1:${postgres?.port}/x`,
      REDIS_URL: `redis://:${encodeURIComponent('canary/of+loki')}@127.0.0.1:${redis?.port}`,
    };
    const { exit, stderr } = await run('verify.ts', ['P2.1', 'P2.2', 'P3.1', 'P7.1'], environment);
    expect(stderr).toBe('');
    expect(exit).toBe(1);
  }, 120_000);

  test('of a Grafana that refuses, whatever asks it', async () => {
    await using server = await startPassingServer('', (passing) => echo(passing, 401));
    const environment = {
      ...listVariables(),
      ...listCloud(server.url),
      BACKEND: 'cloud',
      GRAFANA_URL: server.url,
      GRAFANA_SERVICE_ACCOUNT_TOKEN: CANARIES.GRAFANA_SERVICE_ACCOUNT_TOKEN ?? '',
    };
    const { exit, stderr } = await run('verify.ts', ['P1.7'], environment);
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: expect.stringContaining("the Grafana at GRAFANA_URL can't be asked"),
    });
    expect((await run('doctor.ts', ['cloud'], environment)).exit).toBe(1);
  }, 60_000);

  test.each([401, 404, 200])(
    'of the doctor, where the services answer %i with the login',
    async (status) => {
      await using server = await startPassingServer('', (passing) => echo(passing, status));
      const environment = { ...listVariables(), ...listCloud(server.url), GRAFANA_CLOUD_API_URL: server.url };
      expect((await run('doctor.ts', ['cloud'], environment)).exit).toBe(1);
    },
    60_000,
  );

  test('of the doctor, behind a proxy that does not answer, and about this machine', async () => {
    const environment = { ...listVariables(), ...listCloud('https://stack.grafana.net') };
    expect((await run('doctor.ts', ['cloud'], environment)).exit).toBe(1);
    expect((await run('doctor.ts', [], environment)).exit).toBe(0);
    const header = `Authorization: Basic ${Buffer.from(`1461503:${CANARIES.GRAFANA_CLOUD_API_KEY}`).toString('base64')}`;
    expect((await run('doctor.ts', ['cloud', '--header'], environment, header)).exit).toBe(0);
  }, 60_000);

  test('of cloud:env, whose API answers with the token', async () => {
    await using server = await startPassingServer('', (passing) => echo(passing, 403));
    const environment = { ...listVariables(), GRAFANA_CLOUD_API_URL: server.url };
    const { exit, stderr } = await run('cloud-env.ts', ['games', '--yes'], environment);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining('answered 403') });
  }, 60_000);

  test('of a smoke check whose backend answers with the login', async () => {
    await using server = await startPassingServer('', (passing) => echo(passing, 401));
    const { alloy } = stack.endpoints;
    const environment = {
      ...listVariables(),
      ...listCloud(server.url),
      STACK: '',
      ALLOY: '',
      BACKEND: 'cloud',
      ALLOY_URL: alloy?.url ?? '',
      ALLOY_OTLP_GRPC: alloy?.otlpGrpc ?? '',
      ALLOY_OTLP_HTTP: alloy?.otlpHttp ?? '',
    };
    const { exit, stdout } = await run('smoke.ts', [], environment);
    expect(stdout).toContain('GRAFANA_CLOUD_READ_TOKEN is refused');
    expect(exit).toBe(1);
  }, 120_000);
});
