import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { readEngineSettings, readEnvironment } from './settings.ts';

const NAME = 'GRAFANA_CLOUD_LOKI_INSTANCE_ID';
const before = process.env[NAME];
const directory = mkdtempSync(join(tmpdir(), 'environment-'));
afterEach(() => {
  if (before === undefined) delete process.env[NAME];
  else process.env[NAME] = before;
});
afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string) {
  const path = join(directory, '.env');
  writeFileSync(path, text);
  return readEnvironment(path);
}

test('.env is read, with comments and quotes', () => {
  delete process.env[NAME];
  expect(read(`# of the stack\n${NAME}="1419296"\n`)).toMatchObject({ [NAME]: '1419296', PATH: process.env.PATH });
});

test('the environment wins over .env, even with an empty value', () => {
  process.env[NAME] = '7';
  expect(read(`${NAME}=1419296\n`)).toMatchObject({ [NAME]: '7' });
  process.env[NAME] = '';
  expect(read(`${NAME}=1419296\n`)).toMatchObject({ [NAME]: '' });
});

test('without .env, only the environment is read', () => {
  expect(readEnvironment(join(directory, 'absent'))).toEqual({ ...process.env });
});

test('a .env that is a directory is refused by its path', () => {
  expect(() => readEnvironment(directory)).toThrow(`${directory} can't be read: EISDIR`);
});

test('only DOCKER_TLS_VERIFY=1 turns TLS on, as in testcontainers', () => {
  expect(readEngineSettings({ DOCKER_TLS_VERIFY: '1' }).tlsVerify).toBe(true);
  for (const value of ['0', 'false', '', undefined]) {
    expect([value, readEngineSettings({ DOCKER_TLS_VERIFY: value }).tlsVerify]).toEqual([value, false]);
  }
});
