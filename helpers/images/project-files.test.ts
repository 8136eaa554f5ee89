import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { extract } from 'tar-fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';
import { archiveOf, projectFiles } from './project-files.ts';

const run = promisify(execFile);
const engine = 'helpers/embedded-alloy/cli/main.ts';
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'project-files-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('the embedded engine works from its files alone', async () => {
  await pipeline(archiveOf(await projectFiles([engine]), 'opt/engine'), extract(directory));
  const copy = join(directory, 'opt/engine');
  const { stdout } = await run(process.execPath, [join(copy, engine), '--version'], { cwd: directory });
  expect(stdout).toMatch(/^alloy, version v1\.18\.0/);
  const config = join(ROOT, 'grafana-alloy/config.alloy');
  await run(process.execPath, [join(copy, engine), 'validate', config], { cwd: directory });
  expect(existsSync(join(copy, 'node_modules/undici/package.json'))).toBe(true);
  expect(existsSync(join(copy, 'node_modules/vitest'))).toBe(false);
});

test('a service loads from the files of the services alone', async () => {
  await pipeline(archiveOf(await projectFiles(['fixtures/services']), 'srv'), extract(directory));
  const script = `for (const module of ['api/server', 'bot/bot', 'scheduler/daemon', 'telemetry']) await import('${directory}/srv/fixtures/services/' + module + '.ts');`;
  await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: directory });
});

test('no test and nothing that only tests use is among them', async () => {
  const paths = await projectFiles(['fixtures/services', 'helpers/embedded-alloy']);
  expect(paths.filter((path) => /\.test\.|\/testing\//.test(path))).toEqual([]);
  expect(paths).not.toContain('node_modules/vitest');
});

test('packages come with those that they need, once each, and with no types', async () => {
  const paths = await projectFiles(['fixtures/services/api/main.ts']);
  expect(paths).toEqual(expect.arrayContaining(['package.json', 'node_modules/fastify', 'node_modules/pino']));
  expect(paths).toContain('node_modules/sonic-boom');
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.filter((path) => path.startsWith('node_modules/@types/'))).toEqual([]);
});
