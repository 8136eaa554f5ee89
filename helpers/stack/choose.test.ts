import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { CannotRun } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/part.ts';
import { completeCloudVariables } from '../settings/alloy-environment.ts';
import type { Environment } from '../settings/environment.ts';
import { readSettings } from '../settings/settings.ts';
import { isMockCloud } from './backend/choose-backend.ts';
import { chooseStack, describePlan } from './choose.ts';
import { startNativeParts } from './testing/plans.ts';

const noEngine = { DOCKER_HOST: 'unix:///no/such/docker.sock', PATH: '/nowhere' };
const choose = (environment: Environment, parts = partsInOrder) =>
  chooseStack(readSettings({ ...noEngine, ...environment }), parts, { reuse: false });

const directory = mkdtempSync(join(tmpdir(), 'choose-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Writes a program that prints this version, and returns its path. */
function writeProgram(name: string, version: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  return path;
}

describe('a stack that is started', () => {
  test('is native where no engine answers, and says so', async () => {
    expect(await choose({})).toMatchObject({
      stack: 'native',
      because: 'no container engine can be used',
      backend: 'mock',
      alloy: { kind: 'embedded' },
    });
  });

  test.each([
    [{ STACK: 'native' }, 'STACK=native'],
    [{ ALLOY: 'embedded' }, 'ALLOY=embedded'],
    [{ ALLOY_BIN: writeProgram('alloy', 'alloy, version v1.18.0 (branch: HEAD)') }, 'ALLOY_BIN is set'],
    [{ DATABASE_URL: 'postgresql://u:p@h/d' }, 'DATABASE_URL is set'],
  ])('is native by %o', async (environment, because) => {
    expect(await choose(environment)).toMatchObject({ stack: 'native', because });
  });

  test('lacks what already runs, which is used all the same', async () => {
    const plan = await choose({ REDIS_URL: 'redis://:p@cache:6380' });
    expect(plan.needs).toContain('redis');
    expect(plan.parts).not.toContain('redis');
    expect(plan.existing.redis).toEqual({ host: 'cache', port: 6380, password: 'p' });
  });

  test.each([
    [{ STACK: 'containers' }, /STACK=containers, and no container engine answers/],
    [{ STACK: 'containers', REDIS_URL: 'redis://h' }, /starts all of its parts, and REDIS_URL names what already runs/],
    [{ STACK: 'containers', ALLOY: 'binary' }, /ALLOY=binary is a program of this machine/],
    [{ STACK: 'native', ALLOY: 'container' }, /ALLOY=container needs a stack of containers/],
    [{ ALLOY: 'binary' }, /there is no alloy on PATH/],
    [{ BACKEND: 'cloud' }, /BACKEND=cloud needs to know where Alloy writes, and GRAFANA_CLOUD_API_KEY, .* are not set/],
    [{ ALLOY_URL: 'http://127.0.0.1:1' }, /ALLOY_URL names an Alloy that already runs, and this run would start one/],
    [{ BACKEND: 'lgtm' }, /BACKEND=lgtm starts grafana\/otel-lgtm, and no container engine answers/],
    [{ BACKEND: 'lgtm', STACK: 'native' }, /starts grafana\/otel-lgtm in a container, and STACK=native has none/],
    [{ BACKEND: 'lgtm', REDIS_URL: 'redis://h' }, /\(BACKEND=lgtm starts .*\) starts all of its parts, and REDIS_URL/],
    [{ BACKEND: 'lgtm', ALLOY: 'binary' }, /consists of containers \(BACKEND=lgtm starts grafana\/otel-lgtm\)/],
    [{ BACKEND: 'lgtm', TEMPO_URL: 'http://t', LOKI_URL: 'http://l' }, /and PROMETHEUS_URL is not set/],
    [{ ALLOY_BIN: writeProgram('other', 'other 9.1') }, /other is not an Alloy: .* does not say so/],
    [{ ALLOY_BIN: '/bin/true' }, /\/bin\/true is not an Alloy/],
  ])('can not be %o', async (environment, problem) => {
    const error = await choose(environment).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CannotRun);
    expect(String(error)).toMatch(problem);
  });
});

test.each([
  [{ ALLOY: 'container' }, 'unset ALLOY and run with STACK=native'],
  [{ ALLOY: 'container', DATABASE_URL: 'postgresql://u:p@h/d' }, 'unset ALLOY and run with STACK=native'],
  [{ STACK: 'containers' }, 'correct DOCKER_HOST, or unset it, or run with STACK=native'],
  [{ STACK: 'containers', DOCKER_HOST: 'ssh://a@b' }, 'forward the socket'],
  [{ BACKEND: 'lgtm' }, 'run with STACK=native, TEMPO_URL, PROMETHEUS_URL and LOKI_URL'],
  [{ BACKEND: 'lgtm', REDIS_URL: 'redis://h' }, 'run with STACK=native, TEMPO_URL, PROMETHEUS_URL and LOKI_URL'],
  [{ BACKEND: 'lgtm', ALLOY: 'binary' }, 'run with STACK=native, TEMPO_URL, PROMETHEUS_URL and LOKI_URL'],
  [{ BACKEND: 'lgtm', STACK: 'native' }, 'unset STACK, or set TEMPO_URL, PROMETHEUS_URL and LOKI_URL'],
])('what is advised for %o does not lead to the next refusal', async (environment, fix) => {
  await expect(choose(environment)).rejects.toMatchObject({ fix: expect.stringContaining(fix) });
});

describe('a stack that already runs', () => {
  let stack: Awaited<ReturnType<typeof startNativeParts>>;
  beforeAll(async () => {
    stack = await startNativeParts(['mock-cloud'], { GRAFANA_CLOUD_API_KEY: 'glc_test' });
  });
  afterAll(() => stack.stop());
  const external = (origin: string) => ({
    STACK: 'external',
    ALLOY_URL: 'http://alloy:12345',
    ...completeCloudVariables({ GRAFANA_CLOUD_API_KEY: 'glc_test' }, origin),
  });

  test('starts no part, and needs no program', async () => {
    const plan = await choose(external('https://cloud.example'));
    expect(plan).toMatchObject({ stack: 'external', parts: [], because: 'STACK=external' });
    expect(describePlan(plan)).toMatchObject({ stack: 'external', alloy: { kind: 'external' } });
  });

  test('has the backend that its variables lead to: Grafana Cloud, the mock cloud, or one of its own', async () => {
    expect((await choose(external('https://cloud.example'))).backend).toBe('cloud');
    expect((await choose(external(stack.endpoints.mockCloud?.url ?? ''))).backend).toBe('mock');
    await using other = await startAnsweringServer(() => undefined);
    expect((await choose(external(other.url))).backend).toBe('lgtm');
    expect((await choose({ ...external('http://127.0.0.1:1'), BACKEND: 'cloud' })).backend).toBe('cloud');
    const mixed = {
      ...external(stack.endpoints.mockCloud?.url ?? ''),
      GRAFANA_CLOUD_TEMPO_ENDPOINT: 'https://tempo.example/tempo',
    };
    expect((await choose(mixed)).backend).toBe('cloud');
  });

  test('is refused where BACKEND is not what its variables lead to', async () => {
    await expect(choose({ ...external(stack.endpoints.mockCloud?.url ?? ''), BACKEND: 'cloud' })).rejects.toThrow(
      'BACKEND=cloud, and the GRAFANA_CLOUD_* endpoints lead to the mock cloud',
    );
    await expect(choose({ ...external('https://cloud.example'), BACKEND: 'mock' })).rejects.toThrow(
      'BACKEND=mock, and the GRAFANA_CLOUD_* endpoints lead to another backend',
    );
  });

  test('is refused where nothing answers, which could be the mock cloud that is down', async () => {
    for (const backend of ['', 'mock']) {
      const error = await choose({ ...external('http://127.0.0.1:1'), BACKEND: backend }).catch((thrown) => thrown);
      expect(error.message).toContain('nothing answers at http://127.0.0.1:1');
      expect(error.fix).toContain('npm run cloud');
    }
  });

  test('is not a mock cloud because something answers there', async () => {
    const server = createServer((_, response) => response.end('go_goroutines 1\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await isMockCloud(`http://127.0.0.1:${port}`)).toBe(false);
    server.close();
  });

  test.each([
    [{ ALLOY_URL: '' }, /needs an Alloy/],
    [{ GRAFANA_CLOUD_LOKI_ENDPOINT: '' }, /GRAFANA_CLOUD_LOKI_ENDPOINT is not set/],
    [{ GRAFANA_CLOUD_LOKI_ENDPOINT: 'loki.example' }, /not a URL: GRAFANA_CLOUD_LOKI_ENDPOINT/],
  ])('is refused with %o', async (missing, problem) => {
    await expect(choose({ ...external('https://cloud.example'), ...missing })).rejects.toThrow(problem);
  });

  test('is refused with ALLOY, which it could only ignore', async () => {
    await expect(choose({ ...external('https://cloud.example'), ALLOY: 'embedded' })).rejects.toThrow(
      'ALLOY=embedded starts an Alloy, but STACK=external uses a running one.',
    );
  });

  test('recommends the mock cloud only to somebody who may mean it', async () => {
    const incomplete = { ...external('https://cloud.example'), GRAFANA_CLOUD_LOKI_ENDPOINT: '' };
    await expect(choose(incomplete)).rejects.toMatchObject({ fix: expect.stringContaining('npm run cloud') });
    await expect(choose({ ...incomplete, BACKEND: 'cloud' })).rejects.toMatchObject({
      fix: expect.stringContaining('SETUP_GRAFANA_CLOUD.md'),
    });
  });
});
