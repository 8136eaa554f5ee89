import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CannotRun } from '../run/cannot-run.ts';
import { partsInOrder } from '../run/part.ts';
import { completeCloudVariables } from '../settings/alloy-environment.ts';
import { type Environment, readSettings } from '../settings/settings.ts';
import { chooseStack, describePlan, isMockCloud } from './choose.ts';
import { startNativeParts } from './testing/plans.ts';

const noEngine = { DOCKER_HOST: 'unix:///no/such/docker.sock', PATH: '/nowhere' };
const choose = (environment: Environment, parts = partsInOrder) =>
  chooseStack(readSettings({ ...noEngine, ...environment }), parts, { reuse: false });

describe('a stack that is started', () => {
  test('is native where no engine answers, and says so', async () => {
    expect(await choose({})).toMatchObject({
      stack: 'native',
      because: 'no container engine answers at unix:///no/such/docker.sock',
      backend: 'mock',
      alloy: { kind: 'embedded' },
    });
  });

  test.each([
    [{ STACK: 'native' }, 'STACK=native'],
    [{ ALLOY: 'embedded' }, 'ALLOY=embedded'],
    [{ ALLOY_BIN: process.execPath }, 'ALLOY_BIN is set'],
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
    [{ STACK: 'containers' }, /needs a container engine: no container engine answers/],
    [{ STACK: 'containers', REDIS_URL: 'redis://h' }, /has all parts, and a variable names one that already runs/],
    [{ STACK: 'containers', ALLOY: 'binary' }, /ALLOY=binary is a program of this machine/],
    [{ STACK: 'native', ALLOY: 'container' }, /ALLOY=container needs a stack of containers/],
    [{ ALLOY: 'binary' }, /there is no alloy on PATH/],
    [{ BACKEND: 'cloud' }, /BACKEND=cloud needs a stack that already runs/],
  ])('can not be %o', async (environment, problem) => {
    const error = await choose(environment).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CannotRun);
    expect(String(error)).toMatch(problem);
  });
});

describe('a stack that already runs', () => {
  let stack: Awaited<ReturnType<typeof startNativeParts>>;
  beforeAll(async () => {
    stack = await startNativeParts(['cloud'], { GRAFANA_CLOUD_API_KEY: 'glc_test' });
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
    expect((await choose(external(stack.endpoints.cloud?.url ?? ''))).backend).toBe('mock');
    expect((await choose(external('http://127.0.0.1:1'))).backend).toBe('lgtm');
    expect((await choose({ ...external('http://127.0.0.1:1'), BACKEND: 'cloud' })).backend).toBe('cloud');
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
  ])('is refused without %o', async (missing, problem) => {
    await expect(choose({ ...external('https://cloud.example'), ...missing })).rejects.toThrow(problem);
  });
});
