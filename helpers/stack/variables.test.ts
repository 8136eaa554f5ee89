import { expect, test } from 'vitest';
import { planNative, requestStack } from './testing/plans.ts';
import { listAlloyVariables } from './variables.ts';

test('a database at an IPv6 address has it in brackets, and a login is escaped', () => {
  const server = { host: '::1', user: 'me', password: 'p@ss/word' };
  const variables = listAlloyVariables(requestStack(planNative([])), {
    postgres: { ...server, port: 5432, database: 'games' },
    redis: { ...server, port: 6379 },
  });
  expect(variables).toMatchObject({
    POSTGRES_EXPORTER_DSN: 'postgresql://me:p%40ss%2Fword@[::1]:5432/games?sslmode=disable',
    REDIS_EXPORTER_ADDRESS: '[::1]:6379',
  });
});
