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
import { createPostgres, listChildren, type RealServer } from '../../testing/real-servers.ts';
import { type PostgresExporterArgs, postgresExporterBlock } from './block.ts';
import { findSecrets, readInstance } from './data-source.ts';
import { createPostgresExporter } from './exporter.ts';

let postgres: RealServer;
let fixture: ComponentFixture;
let exporter: Instance;
beforeAll(async () => {
  postgres = await createPostgres();
}, 60_000);
afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
});

const dataSource = (password = postgres.password): string =>
  `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${postgres.port}/postgres?sslmode=disable`;

async function start(written: PartialArguments<PostgresExporterArgs> = {}): Promise<void> {
  fixture = createFixture('prometheus.exporter.postgres.db');
  const args = { data_source_names: [createSecret(dataSource())], ...written };
  exporter = createPostgresExporter(buildArguments(postgresExporterBlock, args), fixture);
  await exporter.start();
}

async function page(): Promise<string> {
  const source = findPages(fixture.registry).get('/api/v0/component/prometheus.exporter.postgres.db/metrics');
  return String((await source?.(AbortSignal.timeout(20_000)))?.body);
}

describe('prometheus.exporter.postgres', () => {
  afterEach(async () => {
    await exporter.stop(1_000);
    expect(JSON.stringify(fixture.lines)).not.toContain(encodeURIComponent(postgres.password));
    expect(JSON.stringify(fixture.lines)).not.toContain(postgres.password);
  });

  test('exports the same target as Alloy', async () => {
    await start();
    expect(exporter.exports.targets).toEqual([
      expect.objectContaining({
        job: 'integrations/postgres',
        instance: `postgresql://127.0.0.1:${postgres.port}/postgres`,
        __address__: 'alloy.internal:12345',
        __metrics_path__: '/api/v0/component/prometheus.exporter.postgres.db/metrics',
      }),
    ]);
  });

  test('has a page with pg_up, whether or not PostgreSQL is running', async () => {
    await start();
    expect(await page()).toMatch(/^pg_up 0$/m);
    await postgres.start();
    // Its port is open a moment before it accepts logins.
    await expect.poll(page, { timeout: 20_000 }).toMatch(/^pg_up 1$/m);
    await postgres.kill();
    expect(await page()).toMatch(/^pg_up 0$/m);
  }, 30_000);

  test('logs a wrong login without the password, and still has a page', async () => {
    await postgres.start();
    await start({ data_source_names: [createSecret(dataSource('wrong@ssword'))] });
    expect(await page()).toMatch(/^pg_up 0$/m);
    // While PostgreSQL starts up, it reports another error.
    await expect
      .poll(() => page().then(() => JSON.stringify(fixture.lines)), { timeout: 20_000 })
      .toContain('password authentication failed');
    const { level } = await fixture.logged('Error opening connection to database');
    expect(level).toBe('error');
    expect(JSON.stringify(fixture.lines)).not.toMatch(/wrong(@|%40)ssword/);
    await postgres.kill();
  }, 30_000);

  test('leaves out disabled metrics and those of the exporter process', async () => {
    await postgres.start();
    await start({ disable_settings_metrics: true, autodiscovery: { enabled: true, database_denylist: ['template0'] } });
    await expect.poll(page, { timeout: 20_000 }).toMatch(/^pg_stat_database_numbackends\{/m);
    const text = await page();
    expect(text).not.toMatch(/^pg_settings_/m);
    expect(text).not.toMatch(/^(?:# \w+ )?(?:go|process|promhttp)_/m);
    await postgres.kill();
  }, 30_000);

  test('runs only the enabled collectors, and warns about those that this version lacks', async () => {
    await start({ enabled_collectors: ['bgwriter', 'stat_wal_receiver'], stat_statements: { limit: 5 } });
    await page();
    const grandchildren = listChildren(process.pid).flatMap(({ pid }) => listChildren(pid));
    const program = grandchildren.find(({ args }) => args[0]?.includes('postgres-exporter'));
    expect(program?.args.slice(2, -1).sort()).toEqual(['--collector.bgwriter', '--no-collector.database']);
    expect(fixture.lines.find(({ level }) => level === 'warn')?.message).toContain(
      'ignores enabled_collectors "stat_wal_receiver", stat_statements > limit',
    );
  });
});

test.each([
  ['postgresql://u:p@db:5433/app?sslmode=disable', 'postgresql://db:5433/app'],
  ['postgres://db/app', 'postgresql://db/app'],
  ['postgresql://u:p%40x@db', 'postgresql://db/'],
  ['postgresql:///app', 'postgresql://localhost:5432/app'],
  ['postgresql://', 'postgresql://localhost:5432/'],
])('the instance of %s is %s', (source, instance) => {
  expect(readInstance(source)).toBe(instance);
});

test('anything but a URL is refused with Alloy’s message', () => {
  expect(() => readInstance('host=db user=u')).toThrow('cannot parse DSN: invalid connection protocol: ');
  const context = createFixture('prometheus.exporter.postgres.db');
  expect(() => createPostgresExporter(buildArguments(postgresExporterBlock, {}), context)).toThrow(
    /neither postgres_exporter\.data_source_name or \$POSTGRES_EXPORTER_DATA_SOURCE_NAME is set/,
  );
});

test.each([
  ['postgresql://u:a%40b@db/app', ['a%40b', 'a@b']],
  ['postgresql://u:p:q@db/app', ['p:q', 'p:q']],
  ['postgresql://u@db/app?password=pw&sslmode=disable', ['pw', 'pw']],
  ['postgresql://db/app', []],
])('the secrets of %s are found', (source, secrets) => {
  expect(findSecrets(source)).toEqual([source, ...secrets]);
});
