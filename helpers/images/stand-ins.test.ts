import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { StartedTestContainer } from 'testcontainers';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { ROOT, readSettings } from '../settings/settings.ts';
import { findContainerEngine, useContainerEngine } from '../setup/container-engine.ts';
import { connectEngine, findImage } from './engine.ts';
import { computeRecipe } from './recipe.ts';
import { ALLOY_KIND_LABEL, RECIPE_LABEL, type StandInName, standInFor, standIns } from './stand-ins.ts';

test('a published image has a stand-in, whatever its registry and tag', () => {
  const names = {
    'postgres:17-alpine': 'postgres',
    'library/postgres': 'postgres',
    'docker.io/library/redis:7.4-alpine': 'redis',
    'mirror.example:5000/library/rabbitmq:4.2-management-alpine': 'rabbitmq',
    'localhost/node@sha256:0123': 'node',
    'harbor.example/hub/library/node:24': 'node',
    'mirror.example/hub/grafana/alloy:v1.18.0': 'alloy',
    'grafana/alloy': 'alloy',
  };
  for (const [image, name] of Object.entries(names)) expect([image, standInFor(image)?.name]).toEqual([image, name]);
});

test("a user's own image has no stand-in, whatever its name", () => {
  for (const image of [
    'ghcr.io/acme/postgres-thing',
    'ghcr.io/acme/postgres:17',
    'acme/redis',
    'acme/grafana/alloy',
    'grafana/loki',
    'postgres-exporter',
    'stand-in/postgres',
  ]) {
    expect([image, standInFor(image)]).toEqual([image, undefined]);
  }
});

test('the recipe of the Alloy image changes with the Alloy that it contains', async () => {
  const alloy = standInFor('grafana/alloy');
  if (alloy === undefined) throw new Error('Alloy has no stand-in');
  const embedded = await computeRecipe(alloy, readSettings({ ALLOY: 'embedded' }));
  expect(embedded).toMatch(/^[0-9a-f]{64}$/);
  expect(await computeRecipe(alloy, readSettings({ ALLOY: 'embedded' }))).toBe(embedded);
  expect(await computeRecipe(alloy, readSettings({ ALLOY_BIN: process.execPath }))).not.toBe(embedded);
});

test('a file that is not an executable for Linux is refused as the Alloy of an image', async () => {
  const alloy = standInFor('grafana/alloy');
  if (alloy === undefined) throw new Error('Alloy has no stand-in');
  await expect(computeRecipe(alloy, readSettings({ ALLOY_BIN: import.meta.filename }))).rejects.toThrow(/ELF/);
});

// The tests end their containers themselves: Ryuk is an image, which needs a registry.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
const absent = await findAbsent();
const lacking = (name: StandInName) => absent.get(name) ?? '';
const engine = await findContainerEngine(readSettings().engine);
if ('docker' in engine) useContainerEngine(engine, readSettings().engine);
const { GenericContainer, Wait } = await import('testcontainers');

async function findAbsent(): Promise<Map<StandInName, string>> {
  try {
    const engine = await connectEngine(readSettings());
    const found = await Promise.all(
      standIns.map(async (standIn): Promise<[StandInName, string]> => {
        const present = await findImage(engine, standIn.image);
        if (present === undefined) return [standIn.name, `the engine has no ${standIn.image}`];
        // The Alloy image may contain either Alloy, whichever this process would build.
        const settings = readSettings(
          present.labels[ALLOY_KIND_LABEL] === 'alloy' ? process.env : { ALLOY: 'embedded' },
        );
        const current = present.labels[RECIPE_LABEL] === (await computeRecipe(standIn, settings));
        return [
          standIn.name,
          current || present.labels[ALLOY_KIND_LABEL] === 'alloy' ? '' : `${standIn.image} is outdated`,
        ];
      }),
    );
    return new Map(found);
  } catch (error) {
    return new Map(
      standIns.map(({ name }) => [name, error instanceof Error ? (error.message.split('\n')[0] ?? '') : '']),
    );
  }
}

const started: StartedTestContainer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((container) => container.stop({ remove: true, removeVolumes: true })));
});

async function start(container: InstanceType<typeof GenericContainer>): Promise<StartedTestContainer> {
  const running = await container.start();
  started.push(running);
  return running;
}

const made = (what: string) => `${what}-${randomBytes(6).toString('hex')}`;

async function commandLines(container: StartedTestContainer): Promise<string> {
  const { output } = await container.exec(['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "']);
  return output;
}

function titleSuite(title: string, name: StandInName): string {
  return lacking(name) === '' ? title : `${title} (skipped: ${lacking(name)})`;
}

describe.skipIf(lacking('postgres') !== '')(titleSuite('the PostgreSQL image', 'postgres'), () => {
  const password = made('p');
  const bare = () => new GenericContainer('stand-in/postgres').withExposedPorts(5432);
  const whole = () =>
    bare()
      .withEnvironment({ POSTGRES_USER: 'app', POSTGRES_PASSWORD: password, POSTGRES_DB: 'games' })
      // The server that runs during initialisation doesn't listen there.
      .withWaitStrategy(Wait.forSuccessfulCommand('pg_isready --host 127.0.0.1 --username app'));

  async function query(container: StartedTestContainer, sql: string, user = 'app'): Promise<unknown[]> {
    const [host, port] = [container.getHost(), container.getMappedPort(5432)];
    const client = new Client({ host, port, user, password, database: 'games' });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
    } finally {
      await client.end().catch(() => {});
    }
  }

  test('creates the user and the database, runs the initialisation files, and keeps the data over a restart', async () => {
    const container = await start(
      whole()
        .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=42'])
        .withCopyContentToContainer([
          { content: 'CREATE TABLE made (by text);', target: '/docker-entrypoint-initdb.d/1.sql' },
          {
            content:
              '#!/bin/sh\npsql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO made VALUES (\'run\')"\n',
            target: '/docker-entrypoint-initdb.d/2.sh',
            mode: 0o755,
          },
          {
            content: 'docker_process_sql -c "INSERT INTO made VALUES (\'sourced\')"\n',
            target: '/docker-entrypoint-initdb.d/3.sh',
            mode: 0o644,
          },
        ]),
    );
    expect(await query(container, 'SELECT by FROM made')).toEqual(['run', 'sourced']);
    expect(await query(container, 'SHOW max_connections')).toEqual(['42']);
    expect(await commandLines(container)).not.toContain(password);
    expect((await container.exec(['pg_isready', '-U', 'app'])).exitCode).toBe(0);
    await query(container, "INSERT INTO made VALUES ('before')");

    await container.restart();
    await expect
      .poll(() => query(container, 'SELECT count(*) FROM made').catch(() => []), { timeout: 20_000 })
      .toEqual(['3']);
  });

  test("runs the project's initialisation files for the published image", async () => {
    const container = await start(
      bare()
        .withEnvironment({
          POSTGRES_PASSWORD: password,
          POSTGRES_DB: 'game_scheduler',
          GAME_SCHEDULER_PASSWORD: password,
          APPLICATION_PASSWORD: password,
        })
        .withCopyDirectoriesToContainer([
          { source: join(ROOT, 'fixtures/postgres'), target: '/docker-entrypoint-initdb.d' },
        ])
        .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2)),
    );
    const { output } = await container.exec([
      'psql',
      '-U',
      'postgres',
      '-d',
      'game_scheduler',
      '-Atc',
      'SELECT count(*) FROM guilds',
    ]);
    expect(Number(output)).toBeGreaterThan(0);
  });

  test('reads the password from a file, and refuses other passwords', async () => {
    const container = await start(
      bare()
        .withEnvironment({
          POSTGRES_PASSWORD_FILE: '/run/secrets/password',
          POSTGRES_USER: 'app',
          POSTGRES_DB: 'games',
        })
        .withCopyContentToContainer([{ content: `${password}\n`, target: '/run/secrets/password' }])
        .withWaitStrategy(Wait.forLogMessage('PostgreSQL init process complete; ready for start up.')),
    );
    await expect.poll(() => query(container, 'SELECT 1').catch(String), { timeout: 10_000 }).toEqual([1]);
    const stranger = new Client({
      host: container.getHost(),
      port: container.getMappedPort(5432),
      user: 'app',
      password: 'another',
      database: 'games',
    });
    stranger.on('error', () => {});
    await expect(stranger.connect()).rejects.toThrow(/password authentication failed/);
  });

  test('refuses to start without a password', async () => {
    await expect(waitForFailure(bare())).resolves.toMatch(/superuser password is not specified/);
  });

  test('stops at the first initialisation file that fails', async () => {
    const log = await waitForFailure(
      bare()
        .withEnvironment({ POSTGRES_PASSWORD: password })
        .withCopyContentToContainer([
          { content: 'SELECT no_such_column;', target: '/docker-entrypoint-initdb.d/1.sql' },
          { content: "SELECT 'reached';", target: '/docker-entrypoint-initdb.d/2.sql' },
        ]),
    );
    expect(log).toMatch(/no_such_column/);
    expect(log).not.toMatch(/2\.sql|init process complete/);
  });
});

/** The log of a container that is expected to fail. */
async function waitForFailure(container: InstanceType<typeof GenericContainer>): Promise<string> {
  let log = '';
  const failing = container
    .withLogConsumer((stream) => {
      stream.on('data', (line) => {
        log += line;
      });
    })
    .withWaitStrategy(Wait.forOneShotStartup());
  await expect(failing.start()).rejects.toThrow();
  return log;
}

describe.skipIf(lacking('redis') !== '')(titleSuite('the Redis image', 'redis'), () => {
  const ready = Wait.forLogMessage('Ready to accept connections');
  const plain = () => new GenericContainer('stand-in/redis').withExposedPorts(6379).withWaitStrategy(ready);

  async function ask<T>(container: StartedTestContainer, password: string, question: (redis: Redis) => Promise<T>) {
    const redis = new Redis({
      host: container.getHost(),
      port: container.getMappedPort(6379),
      ...(password && { password }),
      lazyConnect: true,
      retryStrategy: () => null,
    });
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  test('answers without a password by default, as the user redis, with its data in /data', async () => {
    const container = await start(plain());
    expect(await ask(container, '', (redis) => redis.set('a', '1'))).toBe('OK');
    expect((await container.exec(['stat', '-c', '%U', '/proc/1'])).output.trim()).toBe('redis');
    expect(await ask(container, '', (redis) => redis.config('GET', 'dir'))).toEqual(['dir', '/data']);
  });

  test('accepts options only, and a configuration file', async () => {
    const options = await start(plain().withCommand(['--maxmemory', '5mb']));
    expect(await ask(options, '', (redis) => redis.config('GET', 'maxmemory'))).toEqual(['maxmemory', '5242880']);
    const password = made('r');
    const file = await start(
      plain()
        .withCopyContentToContainer([{ content: `requirepass ${password}\n`, target: '/etc/mine.conf' }])
        .withCommand(['/etc/mine.conf']),
    );
    expect((await file.exec(['redis-cli', 'GET', 'a'])).output).toContain('NOAUTH');
    expect(await ask(file, password, (redis) => redis.ping())).toBe('PONG');
  });

  test('accepts a configuration on standard input, which keeps secrets off the command line', async () => {
    const password = made('r');
    const container = await start(
      plain()
        .withEnvironment({ SECRET: password })
        .withCommand([
          'sh',
          '-c',
          'printf "requirepass %s\\nsave \\"\\"\\n" "$SECRET" | docker-entrypoint.sh redis-server -',
        ]),
    );
    expect(await ask(container, password, (redis) => redis.ping())).toBe('PONG');
    expect(await ask(container, password, (redis) => redis.config('GET', 'save'))).toEqual(['save', '']);
    expect(await commandLines(container)).not.toContain(password);
  });
});

describe.skipIf(lacking('rabbitmq') !== '')(titleSuite('the RabbitMQ image', 'rabbitmq'), () => {
  const ready = Wait.forLogMessage('Server startup complete');
  const plain = () =>
    new GenericContainer('stand-in/rabbitmq').withExposedPorts(5672, 15672, 15692).withWaitStrategy(ready);

  async function login(
    container: StartedTestContainer,
    username: string,
    password: string,
    vhost = '/',
  ): Promise<void> {
    const [hostname, port] = [container.getHost(), container.getMappedPort(5672)];
    const connection = await connect({ hostname, port, username, password, vhost });
    connection.on('error', () => {});
    await connection.close();
  }

  async function fetchStatus(
    container: StartedTestContainer,
    port: number,
    path: string,
    headers = {},
  ): Promise<number> {
    const url = `http://${container.getHost()}:${container.getMappedPort(port)}${path}`;
    const { statusCode, body } = await request(url, { headers });
    await body.dump();
    return statusCode;
  }

  test('accepts guest from other hosts, and serves the management and the metrics pages', async () => {
    const container = await start(plain());
    await login(container, 'guest', 'guest');
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
    expect(await fetchStatus(container, 15672, '/api/overview', { authorization })).toBe(200);
    expect(await fetchStatus(container, 15692, '/metrics')).toBe(200);
    expect((await container.exec(['rabbitmq-diagnostics', '-q', 'check_running'])).exitCode).toBe(0);
  });

  test('creates the user and the virtual host, with the plugins and the configuration of the project', async () => {
    const [password, cookie] = [made('q'), made('c')];
    const container = await start(
      plain()
        .withEnvironment({
          RABBITMQ_DEFAULT_USER: 'app',
          RABBITMQ_DEFAULT_PASS: password,
          RABBITMQ_DEFAULT_VHOST: 'games',
          RABBITMQ_ERLANG_COOKIE: cookie,
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-rabbit collect_statistics_interval 1234',
        })
        .withCopyFilesToContainer([
          { source: join(ROOT, 'fixtures/rabbitmq/enabled_plugins'), target: '/etc/rabbitmq/enabled_plugins' },
          { source: join(ROOT, 'fixtures/rabbitmq/rabbitmq.conf'), target: '/etc/rabbitmq/conf.d/20-project.conf' },
        ]),
    );
    await login(container, 'app', password, 'games');
    await expect(login(container, 'guest', 'guest')).rejects.toThrow();
    expect(await fetchStatus(container, 15692, '/metrics')).toBe(200);
    await expect(fetchStatus(container, 15672, '/')).rejects.toThrow();
    expect(
      (await container.exec(['rabbitmqctl', 'eval', 'application:get_env(rabbit, collect_statistics_interval).']))
        .output,
    ).toContain('1234');
    const lines = await commandLines(container);
    expect(lines).not.toContain(password);
    expect(lines).not.toContain(cookie);
  });

  test('has a different cookie in each container', async () => {
    const readCookie = async (container: StartedTestContainer) =>
      (await container.exec(['cat', '/var/lib/rabbitmq/.erlang.cookie'])).output;
    const [one, other] = await Promise.all([start(plain()), start(plain())]);
    expect(await readCookie(one)).not.toBe(await readCookie(other));
  });
});

describe.skipIf(lacking('node') !== '')(titleSuite('the Node image', 'node'), () => {
  test('runs a TypeScript file as the given user', async () => {
    const container = new GenericContainer('stand-in/node')
      .withCopyContentToContainer([
        {
          content:
            "const who: number = process.getuid?.() ?? -1; console.log(process.cwd(), who, 'ready'); setInterval(() => {}, 1000);",
          target: '/app/main.ts',
        },
      ])
      .withUser('node')
      .withCommand(['/app/main.ts'])
      .withWaitStrategy(Wait.forLogMessage('/ 1000 ready'));
    const running = await start(container);
    expect((await running.exec(['node', '--version'])).output.trim()).toBe(process.version);
  });
});

describe.skipIf(lacking('alloy') !== '')(titleSuite('the Alloy image', 'alloy'), () => {
  test('runs a configuration with exporters, becomes ready, and answers inside the container', async () => {
    const config =
      'prometheus.exporter.redis "r" {\n\tredis_addr = "127.0.0.1:9"\n}\nprometheus.exporter.postgres "p" {\n\tdata_source_names = ["postgresql://127.0.0.1:9/none"]\n}\n';
    const container = await start(
      new GenericContainer('stand-in/alloy')
        .withExposedPorts(12345)
        .withCopyContentToContainer([{ content: config, target: '/etc/alloy/config.alloy' }])
        .withCommand([
          'run',
          '/etc/alloy/config.alloy',
          '--storage.path=/var/lib/alloy/data',
          '--server.http.listen-addr=0.0.0.0:12345',
        ])
        .withWaitStrategy(Wait.forHttp('/-/ready', 12345)),
    );
    const url = `http://${container.getHost()}:${container.getMappedPort(12345)}`;
    const page = async (component: string) => {
      const { body } = await request(`${url}/api/v0/component/${component}/metrics`);
      return await body.text();
    };
    // Each exporter works and reports that its server is unreachable.
    await expect.poll(() => page('prometheus.exporter.redis.r'), { timeout: 10_000 }).toMatch(/^redis_up 0$/m);
    await expect.poll(() => page('prometheus.exporter.postgres.p'), { timeout: 10_000 }).toMatch(/^pg_up\S* 0$/m);
    const check = 'exec 3<>/dev/tcp/127.0.0.1/12345; printf "GET /-/ready HTTP/1.0\\r\\n\\r\\n" >&3; head -n 1 <&3';
    expect((await container.exec(['bash', '-c', check])).output).toMatch(/^HTTP\/1\.\d 200/);
  });
});
