import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Logger } from '../../schema/component.ts';
import { listChildren } from '../../testing/real-servers.ts';
import { logExporterLine } from './log-line.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** Whether a process runs; a zombie does not. */
function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'an exporter does not outlive an embedded Alloy that ends with %s',
  async (signal) => {
    const directory = mkdtempSync(join(tmpdir(), 'embedded-alloy-'));
    const config = join(directory, 'config.alloy');
    writeFileSync(config, 'prometheus.exporter.redis "r" {\n\tredis_addr = "127.0.0.1:9"\n}\n');
    const args = ['run', config, '--storage.path', directory, '--server.http.listen-addr', '127.0.0.1:0'];
    const alloy = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => alloy.once('close', resolve));
    const exporters = (): number[] =>
      listChildren(alloy.pid ?? 0)
        .flatMap(({ pid }) => listChildren(pid))
        .filter((child) => child.args[0]?.includes('redis-exporter'))
        .map(({ pid }) => pid);
    await expect.poll(exporters, { timeout: 20_000 }).toHaveLength(1);
    const [exporter = 0] = exporters();
    alloy.kill(signal);
    await ended;
    await expect.poll(() => runs(exporter), { timeout: 10_000 }).toBe(false);
    rmSync(directory, { recursive: true, force: true });
  },
  40_000,
);

type Line = Parameters<Logger>;

test.each<[string, string, readonly string[], Line]>([
  [
    'of go-kit',
    'ts=2026-11-22T11:42:34.052Z caller=collector.go:196 level=error msg="collector failed" name=database err="dial \\"x\\""',
    [],
    ['error', 'collector failed', { name: 'database', err: 'dial "x"' }],
  ],
  ['of logrus', 'time="2026-11-22T11:42:34Z" level=warning msg="odd"', [], ['warn', 'odd', {}]],
  [
    'with an error instead of a message',
    'level=error err="Error opening connection to database (postgresql://u:PASSWORD_REMOVED@h/d): pq: no (x)"',
    [],
    ['error', 'Error opening connection to database', { err: 'pq: no (x)' }],
  ],
  ['without a known format', 'panic: out of cheese', [], ['info', 'panic: out of cheese', {}]],
  [
    'about its own HTTP server',
    'level=info msg="Listening on" address=1',
    [],
    ['debug', 'Listening on', { address: '1' }],
  ],
  [
    'with a secret',
    'level=info msg="login hunter2!" dsn="u:hunter2!@h"',
    ['hunter2!'],
    ['info', 'login (secret)', { dsn: 'u:(secret)@h' }],
  ],
  ['with a short secret', 'level=info msg="x exporter x"', ['x'], ['info', '(secret) exporter (secret)', {}]],
])('a log line %s becomes a line of the component', (_, line, secrets, expected) => {
  const logged: Line[] = [];
  logExporterLine(line, secrets, (...written) => logged.push(written));
  expect(logged).toEqual([expected]);
});
