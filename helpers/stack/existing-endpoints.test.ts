import { describe, expect, test } from 'vitest';
import type { Environment } from '../settings/environment.ts';
import { readSettings } from '../settings/settings.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { readExistingEndpoints } from './existing-endpoints.ts';

const read = (environment: Environment) => readExistingEndpoints(readSettings(environment).existing);

describe('what already runs', () => {
  test('is nothing when no variable is set', () => {
    expect(read({ API_URL: '' })).toEqual({});
  });

  test('is read from the variables, with logins decoded and standard ports', () => {
    expect(
      read({
        DATABASE_URL: 'postgresql+asyncpg://game:p%40ss@db.internal/game_scheduler',
        REDIS_URL: 'redis://:secret@cache:6380/0',
        RABBITMQ_URL: 'amqp://guest:guest@queue',
        API_URL: 'http://127.0.0.1:8000/',
        BOT_GATEWAY_URL: 'http://127.0.0.1:8100/dispatch',
        ALLOY_URL: 'http://alloy:12345',
      }),
    ).toEqual({
      postgres: { host: 'db.internal', port: 5432, user: 'game', password: 'p@ss', database: 'game_scheduler' },
      redis: { host: 'cache', port: 6380, password: 'secret' },
      rabbitmq: {
        host: 'queue',
        port: 5672,
        user: 'guest',
        password: 'guest',
        metricsUrl: 'http://queue:15692/metrics',
      },
      api: { url: 'http://127.0.0.1:8000' },
      bot: { url: 'http://127.0.0.1:8100', gatewayUrl: 'http://127.0.0.1:8100/dispatch' },
      alloy: { url: 'http://alloy:12345', otlpGrpc: 'alloy:4317', otlpHttp: 'http://alloy:4318' },
    });
  });

  test('is refused by name, without its login, where it is not a URL of that kind', () => {
    const wrong = { DATABASE_URL: 'mysql://game:hunter2@db/x' };
    expect(() => read(wrong)).toThrow(SettingsError);
    expect(() => read(wrong)).toThrow(/ {2}DATABASE_URL: it is not a URL that begins with postgresql:\/\//);
    expect(() => read(wrong)).not.toThrow(/hunter2/);
  });
});
