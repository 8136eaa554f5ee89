import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { extract } from 'tar-fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../settings/settings.ts';
import { packFiles, projectFiles } from './project-files.ts';

const run = promisify(execFile);
const program = 'helpers/embedded-alloy/cli/main.ts';
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'project-files-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('the embedded Alloy runs from its own files', async () => {
  await pipeline(packFiles(await projectFiles([program]), 'opt/alloy'), extract(directory));
  const copy = join(directory, 'opt/alloy');
  const { stdout } = await run(process.execPath, [join(copy, program), '--version'], { cwd: directory });
  expect(stdout).toMatch(/^alloy, version v1\.18\.0/);
  const config = join(ROOT, 'grafana-alloy/config.alloy');
  await run(process.execPath, [join(copy, program), 'validate', config], { cwd: directory });
  expect(existsSync(join(copy, 'node_modules/undici/package.json'))).toBe(true);
  expect(existsSync(join(copy, 'node_modules/vitest'))).toBe(false);
});

test('a service loads from the files of the services', async () => {
  await pipeline(packFiles(await projectFiles(['fixtures/services']), 'srv'), extract(directory));
  const script = `for (const module of ['api/server', 'bot/bot', 'scheduler/daemon', 'telemetry']) await import('${directory}/srv/fixtures/services/' + module + '.ts');`;
  await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: directory });
});

test('tests and files that only tests use are left out', async () => {
  const paths = await projectFiles(['fixtures/services', 'helpers/embedded-alloy']);
  expect(paths.filter((path) => /\.test\.|\/testing\//.test(path))).toEqual([]);
  expect(paths).not.toContain('node_modules/vitest');
});

test('packages are listed once, with their dependencies and without types', async () => {
  const paths = await projectFiles(['fixtures/services/api/main.ts']);
  expect(paths).toEqual(expect.arrayContaining(['package.json', 'node_modules/fastify', 'node_modules/pino']));
  expect(paths).toContain('node_modules/sonic-boom');
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.filter((path) => path.startsWith('node_modules/@types/'))).toEqual([]);
});
