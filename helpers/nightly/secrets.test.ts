import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeSecrets } from './secrets.ts';

const KEY = 'canaryKey0123456789+/=';
const TOKEN = `glc_${Buffer.from(JSON.stringify({ o: '1', n: 'nightly', k: KEY, m: { r: 'eu' } })).toString('base64')}`;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nightly-secrets-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function clean(text: string | Buffer, ...secrets: readonly string[]): string {
  writeFileSync(join(directory, 'file'), text);
  removeSecrets(directory, secrets);
  return readFileSync(join(directory, 'file'), 'utf8');
}

test('a token is removed as it is, in a URL, and in the base64 of a login with any user name', () => {
  expect(clean(`token ${TOKEN}.`, TOKEN)).toBe('token (secret).');
  expect(clean(`?token=${encodeURIComponent(TOKEN)}&x`, TOKEN)).toBe('?token=(secret)&x');
  for (const user of ['1', '12', '123', '1461503']) {
    const login = Buffer.from(`${user}:${TOKEN}`);
    for (const header of [login.toString('base64'), login.toString('base64url')]) {
      const left = clean(`Basic ${header}\n`, TOKEN);
      expect(left).toContain('(secret)');
      // What is left decodes to the user name and at most a few bits of the token.
      expect(left.replace('(secret)', '').length).toBeLessThan('Basic \n'.length + user.length * 2 + 8);
    }
  }
});

test('the key in a token is removed, also where the rest of the token is not', () => {
  expect(clean(`k: ${KEY}`, TOKEN)).toBe('k: (secret)');
});

test('a token of another kind is removed as well', () => {
  expect(clean('login glsa_abcdefgh_1234', 'glsa_abcdefgh_1234')).toBe('login (secret)');
});

test('a secret that is not set, or too short to be one, removes nothing', () => {
  expect(clean('all 12 of 12', '', '12')).toBe('all 12 of 12');
});

test('other bytes stay as they are, whatever the encoding', () => {
  const bytes = Buffer.from([0, 255, 0xc3, 0x28, 10]);
  clean(Buffer.concat([bytes, Buffer.from(TOKEN)]), TOKEN);
  expect(readFileSync(join(directory, 'file'))).toEqual(Buffer.concat([bytes, Buffer.from('(secret)')]));
});

test('files in folders are cleaned, and those that held a secret are named', () => {
  mkdirSync(join(directory, 'run', 'logs'), { recursive: true });
  writeFileSync(join(directory, 'run', 'logs', 'alloy.log'), TOKEN);
  writeFileSync(join(directory, 'verdict.json'), '{}');
  symlinkSync('/nowhere', join(directory, 'link'));
  expect(removeSecrets(directory, [TOKEN])).toEqual([join('run', 'logs', 'alloy.log')]);
  expect(readFileSync(join(directory, 'run', 'logs', 'alloy.log'), 'utf8')).toBe('(secret)');
});
