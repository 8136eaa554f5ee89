import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { isFromDotenv, readEnvironment } from './environment.ts';
import { readEngineSettings } from './settings.ts';
import { SettingsError } from './settings-error.ts';

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

test('a variable is known to be from .env, unless the environment has it', () => {
  delete process.env[NAME];
  read(`${NAME}=1419296\n`);
  const path = join(directory, '.env');
  expect([isFromDotenv(NAME, path), isFromDotenv('PATH', path), isFromDotenv('NO_SUCH', path)]).toEqual([
    true,
    false,
    false,
  ]);
  process.env[NAME] = '';
  expect(isFromDotenv(NAME, path)).toBe(false);
});

test('without .env, only the environment is read', () => {
  expect(readEnvironment(join(directory, 'absent'))).toEqual({ ...process.env });
});

test('a .env that is a directory is refused by its path', () => {
  expect(() => readEnvironment(directory)).toThrow(`${directory} can't be read: EISDIR`);
});

test.each([
  ['a byte order mark', `\uFEFF${NAME}=1`, '1'],
  ['line ends of Windows', `# a\r\n${NAME}=1\r\nB=2\r\n`, '1'],
  ['a value of several lines', `A="x\ny"\n${NAME}='1'`, '1'],
  ['export, blanks and a comment behind', `export ${NAME} = 1 # the ID`, '1'],
  ['an empty value', `${NAME}=\nA= # none`, ''],
  ['a quote within a value', `A=it's\n${NAME}=1`, '1'],
])('.env is read with %s', (_, text, value) => {
  delete process.env[NAME];
  expect(read(text)[NAME]).toBe(value);
});

test.each([
  ['no equals sign', 'A=1\n\nGRAFANA_CLOUD_API_KEY glc_secret\n', 'line 3 is'],
  ['a colon for it', '# stack\nSTACK: native\n', 'line 2 is'],
  ['a blank in the name', 'A B=1', 'line 1 is'],
  ['no name', '=glc_secret', 'line 1 is'],
  ['a quote that is not closed', 'A=1\nGRAFANA_CLOUD_API_KEY="glc_secret\nB=1\n', 'line 2 is'],
  ['a quote that swallows a line', 'GRAFANA_CLOUD_API_KEY="glc_secret\nSTACK="native"\n', 'line 1 is'],
  ['something behind the quote', 'A="glc_secret" x', 'line 1 is'],
  ['several such lines', 'A="x\ny"\nSTACK native\nB=1\nglc_secret', 'the lines 3, 5 are'],
])('.env with %s is refused, with the line and without its text', (_, text, place) => {
  expect(() => read(text)).toThrow(SettingsError);
  expect(() => read(text)).toThrow(`${join(directory, '.env')} can't be read: ${place} not NAME=value.`);
  expect(() => read(text)).not.toThrow(/glc_secret/);
});

test('a .env that is a link to nothing is refused', () => {
  const path = join(directory, 'link');
  symlinkSync(join(directory, 'nowhere'), path);
  expect(() => readEnvironment(path)).toThrow(`${path} can't be read: ENOENT`);
});

test('what Node reads before any file is refused in .env, unless the environment has it anyway', () => {
  vi.stubEnv('TMPDIR', undefined);
  expect(() => read('TMPDIR=/nonexistent')).toThrow('.env sets TMPDIR, which Node reads before any file.');
  vi.stubEnv('NODE_EXTRA_CA_CERTS', undefined);
  expect(() => read('NODE_EXTRA_CA_CERTS=/ca.pem')).toThrow('.env sets NODE_EXTRA_CA_CERTS, which Node reads before');
  vi.stubEnv('TMPDIR', '/tmp');
  expect(read('TMPDIR=/nonexistent')).toMatchObject({ TMPDIR: '/tmp' });
  vi.unstubAllEnvs();
});

test('only DOCKER_TLS_VERIFY=1 turns TLS on, as in testcontainers', () => {
  expect(readEngineSettings({ DOCKER_TLS_VERIFY: '1' }).tlsVerify).toBe(true);
  for (const value of ['0', 'false', '', undefined]) {
    expect([value, readEngineSettings({ DOCKER_TLS_VERIFY: value }).tlsVerify]).toEqual([value, false]);
  }
});
