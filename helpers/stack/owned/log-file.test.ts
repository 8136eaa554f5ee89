import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLogFile, readLogTail } from './log-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-file-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a log keeps its last lines and never exceeds its bound', () => {
  const path = join(directory, 'part.log');
  const log = openLogFile(path, 1000);
  for (let line = 1; line <= 500; line += 1) log.write(Buffer.from(`line ${line}\n`));
  expect(readLogTail(path, 3)).toEqual(['line 498', 'line 499', 'line 500']);
  expect(statSync(path).size + statSync(`${path}.1`).size).toBeLessThanOrEqual(1000);
});

test('a single chunk above the bound is cut to its end', () => {
  const path = join(directory, 'part.log');
  openLogFile(path, 100).write(Buffer.from(`${'x'.repeat(500)}\nthe end\n`));
  expect(statSync(path).size).toBe(50);
  expect(readLogTail(path, 1)).toEqual(['the end']);
});

test('a log that was never written has no lines', () => {
  expect(readLogTail(join(directory, 'none.log'), 20)).toEqual([]);
});
