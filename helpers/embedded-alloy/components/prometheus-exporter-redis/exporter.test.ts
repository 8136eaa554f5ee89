import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSecret } from '../../language/evaluation/secret.ts';
import { findPages } from '../../pipeline/in-process-pages.ts';
import type { Instance } from '../../schema/component.ts';
import {
  buildArguments,
  type ComponentFixture,
  createFixture,
  type PartialArguments,
} from '../../testing/component-fixture.ts';
import { createRedis, listChildren, type RealServer } from '../../testing/real-servers.ts';
import { type RedisExporterArgs, redisExporterBlock } from './block.ts';
import { createRedisExporter } from './exporter.ts';

let redis: RealServer;
let fixture: ComponentFixture;
let exporter: Instance;
beforeAll(async () => {
  redis = await createRedis();
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});
afterEach(async () => {
  await exporter.stop(1_000);
  expect(
    listChildren(process.pid)
      .flatMap(({ args }) => args)
      .join(' '),
  ).not.toContain('redis-exporter');
});

async function start(
  written: PartialArguments<RedisExporterArgs> = {},
  environment: ComponentFixture['environment'] = process.env,
): Promise<void> {
  fixture = createFixture('prometheus.exporter.redis.cache', new Registry(), environment);
  exporter = createRedisExporter(
    buildArguments(redisExporterBlock, {
      redis_addr: `127.0.0.1:${redis.port}`,
      redis_password: createSecret(redis.password),
      ...written,
    }),
    fixture,
  );
  await exporter.start();
}

async function page(): Promise<string> {
  const source = findPages(fixture.registry).get('/api/v0/component/prometheus.exporter.redis.cache/metrics');
  return String((await source?.(AbortSignal.timeout(10_000)))?.body);
}

describe('prometheus.exporter.redis', () => {
  test('exports the same target as Alloy', async () => {
    await start();
    expect(exporter.exports.targets).toEqual([
      {
        __address__: 'alloy.internal:12345',
        __scheme__: 'http',
        __metrics_path__: '/api/v0/component/prometheus.exporter.redis.cache/metrics',
        __meta_component_name: 'prometheus.exporter.redis',
        __meta_component_id: 'prometheus.exporter.redis.cache',
        job: 'integrations/redis',
        instance: `127.0.0.1:${redis.port}`,
      },
    ]);
  });

  test('has a page with redis_up, whether or not Redis is running', async () => {
    await start();
    expect(await page()).toMatch(/^redis_up 0$/m);
    await redis.start();
    await expect.poll(page, { timeout: 20_000 }).toMatch(/^redis_up 1$/m);
    await redis.kill();
    expect(await page()).toMatch(/^redis_up 0$/m);
  });

  test('has the series of Redis and none of the exporter process', async () => {
    await redis.start();
    await start({ check_single_keys: ['db0=a'], connection_timeout: 3_000 });
    const text = await page();
    expect(text).toMatch(/^redis_memory_used_bytes \d/m);
    expect(text).toMatch(/^redis_exporter_last_scrape_error\{err=""\} 0$/m);
    expect(text).not.toMatch(/^(?:# \w+ )?(?:go|process|promhttp)_/m);
    await redis.kill();
  });

  test('keeps the password out of process arguments and logs', async () => {
    await start();
    await page();
    const all = listChildren(process.pid).flatMap((shell) => [shell, ...listChildren(shell.pid)]);
    expect(all.length).toBeGreaterThan(1);
    expect(all.flatMap(({ args }) => args).join(' ')).not.toContain(redis.password);
    expect(JSON.stringify(fixture.lines)).not.toContain(redis.password);
  });

  test('restarts the exporter when it dies', async () => {
    await start();
    await page();
    const grandchildren = listChildren(process.pid).flatMap(({ pid }) => listChildren(pid));
    const program = grandchildren.find(({ args }) => args[0]?.includes('redis-exporter'));
    process.kill(program?.pid ?? 0, 'SIGKILL');
    await fixture.logged('the exporter ended, restarting it');
    await expect.poll(() => page().catch(() => ''), { interval: 20, timeout: 10_000 }).toContain('redis_up');
  });

  test('warns about arguments that this version of the exporter has no flag for', async () => {
    await start({ export_key_values: false, check_keys: ['a*'] });
    const warnings = fixture.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/ignores export_key_values of prometheus\.exporter\.redis\.cache.*a real Grafana Alloy/),
    ]);
    expect(await page()).toContain('redis_up');
  });
});

test('a component whose program is missing is unhealthy and names the package to install', async () => {
  await start({}, { PATH: '/nowhere' });
  expect(fixture.health()).toEqual({
    state: 'unhealthy',
    message:
      'prometheus-redis-exporter or redis_exporter is not on PATH: install the OS package prometheus-redis-exporter',
  });
  await expect(page()).rejects.toThrow('the exporter is not running');
});
