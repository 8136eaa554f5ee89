import { expect, test } from 'vitest';
import { listSecrets, removeSecrets } from './secrets.ts';
import { readSettings } from './settings.ts';

test('every variable that can have a secret is among them', () => {
  const settings = readSettings({
    GRAFANA_CLOUD_API_KEY: 'glc_key',
    GRAFANA_CLOUD_READ_TOKEN: 'glc_read',
    GRAFANA_CLOUD_STACKS_TOKEN: 'glc_stacks',
    GRAFANA_URL: 'http://h',
    GRAFANA_SERVICE_ACCOUNT_TOKEN: 'glsa_account',
    TEMPO_URL: 'http://u:in%2Ftempo@h',
    DATABASE_URL: 'postgresql://u:in-database@h/x',
    REDIS_URL: 'redis://:in-redis@h',
    RABBITMQ_URL: 'amqp://guest:guest@h',
    HTTPS_PROXY: 'http://u:in-proxy@h',
  });
  expect(listSecrets(settings).sort()).toEqual(
    ['glc_key', 'glc_read', 'glc_stacks', 'glsa_account', 'in-database', 'in-proxy', 'in-redis', 'in/tempo'].sort(),
  );
});

const SECRET = 'a "secret"/of+mine';

test.each([
  ['as it is', SECRET],
  ['as a URL has it', encodeURIComponent(SECRET)],
  ['as JSON has it', JSON.stringify(SECRET)],
])('a secret is removed %s', (_, text) => {
  expect(removeSecrets(`x ${text} y`, [SECRET])).toMatch(/^x "?\(secret\)"? y$/);
});

test.each(['', '1', '12', '123', '2847239:'])('a secret is removed from base64 after %j', (before) => {
  for (const encoding of ['base64', 'base64url'] as const) {
    const clean = removeSecrets(Buffer.from(`${before}${SECRET}`).toString(encoding), [SECRET]);
    expect(clean).toContain('(secret)');
    const [start = '', end = ''] = clean.split('(secret)');
    expect(Buffer.from(start, encoding).toString()).not.toContain(SECRET.slice(0, 2));
    expect(end.replaceAll('=', '').length).toBeLessThan(2);
  }
});

test('the login of any URL is removed, and what is no secret stays', () => {
  expect(removeSecrets('see postgresql://u:hunter2@h/db', [])).toBe('see postgresql://(secret)@h/db');
  expect(removeSecrets('the API of abc', ['abc', '', undefined])).toBe('the API of abc');
});
