import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findTemporaryDirectory } from './temporary-directory.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'temporary-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

test('a temporary directory that everybody can enter serves', () => {
  chmodSync(directory, 0o755);
  vi.stubEnv('TMPDIR', directory);
  expect(findTemporaryDirectory()).toBe(directory);
});

test.runIf(process.getuid?.() === 0)(
  'one that only root can enter does not, and the folder that is in the way is named',
  () => {
    const inner = join(directory, 'inner');
    mkdirSync(inner);
    chmodSync(inner, 0o755);
    vi.stubEnv('TMPDIR', inner);
    expect(() => findTemporaryDirectory()).toThrow(`closed to the users of the databases, by ${directory}.`);
  },
);

test('one that is not there does not', () => {
  vi.stubEnv('TMPDIR', join(directory, 'nowhere'));
  expect(() => findTemporaryDirectory()).toThrow(`${join(directory, 'nowhere')} is not a directory.`);
});

test('one with a path too long for sockets does not', () => {
  vi.stubEnv('TMPDIR', `/tmp/${'long/'.repeat(20)}`);
  expect(() => findTemporaryDirectory()).toThrow('too long for sockets');
});
