import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { redact } from './redact.ts';

const address = { host: 'h', port: 1 };
const run = sampleRun({
  variables: { GRAFANA_CLOUD_API_KEY: 'glc_secret_token' },
  postgres: { ...address, user: 'u', password: 'of-postgres', database: 'd' },
  redis: { ...address, password: 'of-redis' },
  rabbitmq: { ...address, user: 'u', password: 'of-rabbitmq', metricsUrl: '' },
});

test.each(['glc_secret_token', 'of-postgres', 'of-redis', 'of-rabbitmq'])('%s is removed wherever it is', (secret) => {
  expect(redact(`a ${secret}, and ${secret}`, run)).toBe('a (secret), and (secret)');
});

test('the login in any URL is removed', () => {
  expect(redact('postgresql://u:p@h/d and http://token@x', run)).toBe(
    'postgresql://(secret)@h/d and http://(secret)@x',
  );
  expect(redact('http://h/a@b', run)).toBe('http://h/a@b');
});

test('a password that is too short to be told from other text is left', () => {
  const withPassword = (password: string) => sampleRun({ redis: { ...address, password } });
  expect(redact('a redis', withPassword('red'))).toBe('a redis');
  expect(redact('a redis', withPassword('redi'))).toBe('a (secret)s');
  expect(redact('a redis', withPassword(''))).toBe('a redis');
});
