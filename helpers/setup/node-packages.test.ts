import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLastingNode, nodePackagesState, stampNodePackages } from './node-packages.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'node-packages-'));
  lock({ '': {}, 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } });
});
afterEach(() => rmSync(root, { recursive: true }));

function lock(packages: object): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
}

function installed(packages: object): void {
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  writeFileSync(join(root, 'node_modules/.bin/node'), '');
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
}

test('a clone without node_modules has no packages', () => {
  expect(nodePackagesState(root)).toBe('missing');
});

test("packages that npm's own record shows as the lockfile has them are the lockfile's", () => {
  installed({ 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } });
  expect(nodePackagesState(root)).toBe('present');
});

test('a package of another version or content makes them outdated', () => {
  installed({ 'node_modules/zod': { version: '4.6.6', integrity: 'sha512-a' } });
  expect(nodePackagesState(root)).toBe('outdated');
  installed({ 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-b' } });
  expect(nodePackagesState(root)).toBe('outdated');
});

test('a missing package makes them outdated unless it is one of another platform', () => {
  installed({});
  expect(nodePackagesState(root)).toBe('outdated');
  lock({ 'node_modules/zod': { version: '4.6.7', optional: true } });
  expect(nodePackagesState(root)).toBe('present');
});

test('a changed lockfile makes stamped packages outdated, and a stamp writes the lockfile nothing', () => {
  installed({ 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } });
  const before = readFileSync(join(root, 'package-lock.json'), 'utf8');
  stampNodePackages(root);
  expect(nodePackagesState(root)).toBe('present');
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).toBe(before);
  lock({ 'node_modules/zod': { version: '4.7.0', integrity: 'sha512-c' } });
  expect(nodePackagesState(root)).toBe('outdated');
});

test('packages without the Node that they need are not all there', () => {
  installed({ 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } });
  rmSync(join(root, 'node_modules/.bin/node'));
  expect(nodePackagesState(root)).toBe('outdated');
});

test('npm is run with a Node that its installation does not take away', () => {
  installed({});
  const own = join(root, 'node_modules/.bin/node');
  const outer = join(root, 'node');
  writeFileSync(outer, '');
  const PATH = `${join(root, 'node_modules/.bin')}:${root}`;
  expect(findLastingNode(root, own, { PATH })).toBe(outer);
  expect(findLastingNode(root, own, { PATH: '', npm_node_execpath: outer })).toBe(outer);
  expect(findLastingNode(root, outer, { PATH: '' })).toBe(outer);
  expect(findLastingNode(root, own, { PATH: join(root, 'node_modules/.bin') })).toBeUndefined();
});
