import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, describe, expect, test } from 'vitest';
import { CannotRun } from '../../run/cannot-run.ts';
import type { Part } from '../../run/part.ts';
import type { Stack } from '../../run/stack.ts';
import { connectControl } from '../owned/control-client.ts';
import { PortTaken } from '../owned/ready.ts';
import { sweepStaleRuns } from '../owned/run-directory.ts';
import { probeRedis } from '../parts/redis.ts';
import type { ContainersPlan } from '../plan.ts';
import { findWatchdog } from '../testing/command-line.ts';
import { planContainers } from '../testing/containers.ts';
import { planCommon, requestStack } from '../testing/plans.ts';
import { remainsAfterEnd } from '../testing/remains.ts';
import { requireImage } from './container-images.ts';
import { createContainer, explainFailure } from './container-process.ts';
import { startContainers } from './containers.ts';
import { locateEngine } from './engine-location.ts';
import { buildLabels, removeRun, sweepEngine } from './labels.ts';
import { buildContainer } from './part-container.ts';

const found = await planContainers(['redis', 'postgres']);
const reason = 'absent' in found ? ` (skipped: ${found.absent})` : '';

const isPublishedOnLoopback =
  'absent' in found || (await locateEngine(found.engine, found.settings.engine)).bindAddress === '127.0.0.1';

/** What the tests are collected with where they are skipped. */
const none: ContainersPlan = {
  ...planCommon([]),
  stack: 'containers',
  engine: { address: '', version: '', docker: new Docker() },
  images: new Map(),
};

describe('an engine’s answer', () => {
  test('a port in use is tried again with another one', () => {
    for (const message of [
      'driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:15001 failed: port is already allocated',
      'Error starting userland proxy: listen tcp4 127.0.0.1:15001: bind: address already in use',
    ]) {
      expect(explainFailure(new Error(message), 'Redis')).toBeInstanceOf(PortTaken);
    }
  });

  test('a full disk and a lost engine are reported with what to do', async () => {
    const full = explainFailure(
      Object.assign(new Error('(HTTP code 500)'), { json: { message: 'write /x: no space left on device' } }),
      'Redis',
    );
    expect(full).toMatchObject({
      message: "Redis can't be started: the engine's message: write /x: no space left on device",
      fix: expect.stringContaining('docker system df'),
    });
    const lost = await new Docker({ socketPath: '/no/such.sock', host: undefined }).ping().catch((error) => error);
    expect(explainFailure(lost, 'Redis')).toMatchObject({ fix: expect.stringContaining('start the container engine') });
    const missing = Object.assign(new Error('(HTTP code 500)'), {
      statusCode: 500,
      code: 'ENOENT',
      json: { message: 'exec: "x": no such file or directory (ENOENT)' },
    });
    expect(explainFailure(missing, 'Redis')).toMatchObject({ fix: expect.not.stringContaining('start the container') });
  });
});

describe.skipIf('absent' in found)(`with an engine${reason}`, () => {
  const plan = 'absent' in found ? none : found;
  const { images, settings } = plan;
  const { docker } = plan.engine;
  const readImage = () => requireImage(images, 'redis').image;
  let stack: Stack | undefined;
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
  });
  const start = (...parts: Part[]) => startContainers(requestStack({ ...plan, parts, needs: parts }));
  const listOfRun = async (run: string) => ({
    containers: await docker.listContainers({ all: true, filters: { label: [`org.alloy-verify.run=${run}`] } }),
    networks: await docker.listNetworks({ filters: { label: [`org.alloy-verify.run=${run}`] } }),
  });
  const nothing = { containers: [], networks: [] };
  const readRunName = ({ controlSocket }: Stack) => basename(dirname(controlSocket));

  test('a part is at the same address after an outage, and nothing of it is left at the end', async () => {
    stack = await start('redis');
    const { redis } = stack.endpoints;
    if (redis === undefined) throw new Error('no endpoint of Redis');
    const control = connectControl(stack.controlSocket);
    await control.takeAway('redis');
    await expect(probeRedis(redis)).rejects.toThrow();
    await control.bringBack('redis');
    await probeRedis(redis);
    await control.pause('redis');
    await control.resume('redis');
    await probeRedis(redis);
    expect(stack.readLogTail('redis', 200).join('\n')).toContain('Ready to accept connections');
    await stack.stop();
    expect(await listOfRun(readRunName(stack))).toEqual(nothing);
  }, 60_000);

  test('ports are published on loopback alone, and passwords are in no argument', async () => {
    stack = await start('redis', 'postgres');
    const { containers } = await listOfRun(readRunName(stack));
    expect(containers).toHaveLength(2);
    const passwords = [stack.endpoints.redis?.password, stack.endpoints.postgres?.password];
    for (const { Id } of containers) {
      const { HostConfig, Config, Path, Args, NetworkSettings } = await docker.getContainer(Id).inspect();
      const addresses = Object.values(HostConfig.PortBindings as Record<string, { HostIp: string }[]>).flat();
      if (isPublishedOnLoopback) expect(addresses.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1']);
      expect(Object.keys(NetworkSettings.Networks)).toEqual([readRunName(stack)]);
      for (const password of passwords) {
        expect([Path, ...Args, ...(Config.Healthcheck?.Test ?? [])].join(' ')).not.toContain(password);
      }
    }
  }, 60_000);

  test('a container that ends at once is reported with its exit code and its last lines, and leaves nothing', async () => {
    // The command of PostgreSQL, in an image that has no such program.
    const wrong = new Map([['postgres', images.get('redis') ?? expect.fail('no image of Redis')]] as const);
    const parts: Part[] = ['postgres'];
    const request = requestStack({ ...plan, parts, needs: parts, images: wrong });
    const error = await startContainers(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CannotRun);
    expect(String(error)).toMatch(/PostgreSQL ended with exit code \d+\. Its last log lines:\n {4}.*postgres/);
    // Other test files have containers of their own meanwhile.
    const { 'org.alloy-verify.owner': owner } = buildLabels('any');
    expect(await docker.listContainers({ all: true, filters: { label: [`org.alloy-verify.owner=${owner}`] } })).toEqual(
      [],
    );
  }, 60_000);

  test.skipIf(!isPublishedOnLoopback)(
    'a container whose port is taken is distinguished from one that can’t be started, and not left behind',
    async () => {
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
      const address = squatter.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const run = `alloy-verify-port-${process.pid}`;
      await docker.createNetwork({ Name: run, Labels: buildLabels(run) });
      const service = {
        image: '',
        environment: {},
        files: [],
        ports: [{ address: '127.0.0.1', host: port, container: 6379 }],
      };
      const container = {
        image: readImage(),
        alias: 'r',
        network: run,
        labels: buildLabels(run),
        mounts: true,
      };
      const created = await buildContainer(service, container);
      const context = { title: 'Redis', docker, log: { write: () => {} } };
      try {
        await expect(createContainer(created, context)).rejects.toThrow(PortTaken);
        expect((await listOfRun(run)).containers).toEqual([]);
      } finally {
        squatter.close();
        await removeRun(docker, run);
      }
    },
    60_000,
  );

  test('what others have in the engine stays: other machines, living runs, and what has no label of ours', async () => {
    const image = readImage();
    const make = (labels: Record<string, string>) =>
      docker.createContainer({ Image: image, Cmd: ['true'], Labels: labels });
    const { 'org.alloy-verify.owner': owner = '', ...rest } = buildLabels(`alloy-verify-sweep-${process.pid}`);
    const [machine = '', , , ...bootAndNamespace] = owner.split(' ');
    const kept = await Promise.all([
      make({}),
      make({ 'org.testcontainers': 'true' }),
      make({ ...rest, 'org.alloy-verify.run': 'living', 'org.alloy-verify.owner': owner }),
      make({
        'org.alloy-verify.run': 'elsewhere',
        'org.alloy-verify.owner': `0@other 1 1 ${bootAndNamespace.join(' ')}`,
      }),
      make({ 'org.alloy-verify.run': 'unsigned' }),
    ]);
    const stale = await make({
      'org.alloy-verify.run': `stale-${process.pid}`,
      'org.alloy-verify.owner': `${machine} 999999999 1 ${bootAndNamespace.join(' ')}`,
    });
    try {
      expect(await sweepEngine(docker)).toContain(`stale-${process.pid}`);
      await expect(stale.inspect()).rejects.toThrow();
      for (const container of kept) await container.inspect();
    } finally {
      await Promise.all(kept.map((container) => container.remove({ force: true, v: true })));
    }
  }, 60_000);

  describe('a runner that is killed', () => {
    async function startRunner(): Promise<{ runner: ChildProcess; directory: string }> {
      const script = join(import.meta.dirname, '../testing/hold-containers.ts');
      const runner = spawn(process.execPath, [script, 'redis'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = await once(runner.stdout, 'data');
      return { runner, directory: String(line).trim() };
    }

    test('leaves nothing: its watchdog has the engine remove what it had', async () => {
      const { runner, directory } = await startRunner();
      expect((await listOfRun(basename(directory))).containers).toHaveLength(1);
      runner.kill('SIGKILL');
      expect(await remainsAfterEnd(directory)).toEqual([]);
      expect(await listOfRun(basename(directory))).toEqual(nothing);
    }, 60_000);

    test('with its watchdog leaves what the next run sweeps away', async () => {
      const { runner, directory } = await startRunner();
      const watchdog = findWatchdog(directory);
      runner.kill('SIGKILL');
      process.kill(watchdog, 'SIGKILL');
      await once(runner, 'exit');
      expect((await listOfRun(basename(directory))).containers).toHaveLength(1);
      await expect.poll(() => sweepEngine(docker), { timeout: 10_000 }).toContain(basename(directory));
      expect(await listOfRun(basename(directory))).toEqual(nothing);
      await sweepStaleRuns(settings.engine);
      expect(await remainsAfterEnd(directory)).toEqual([]);
    }, 60_000);
  });
});
