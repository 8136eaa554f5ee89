import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { parseLog, readAlloyLog } from './alloy-log.ts';

const LINE =
  'ts=2026-11-25T23:24:19.5Z level=error msg="non-recoverable error" component_path=/ component_id=prometheus.remote_write.x url=http://h/push err="server returned HTTP status 401 Unauthorized: {\\"status\\":\\"error\\"}"';

test('a line in logfmt is read, quoted values included', () => {
  expect(parseLog(LINE)).toEqual([
    {
      time: Date.parse('2026-11-25T23:24:19.5Z'),
      level: 'error',
      component: 'prometheus.remote_write.x',
      message: 'non-recoverable error',
      error: 'server returned HTTP status 401 Unauthorized: {"status":"error"}',
      url: 'http://h/push',
    },
  ]);
});

test('a line in JSON is read too', () => {
  const json = '{"ts":"2026-11-25T23:24:19.5Z","level":"warn","msg":"m","component_id":"c","error":"e"}';
  expect(parseLog(json)).toMatchObject([{ level: 'warn', component: 'c', message: 'm', error: 'e' }]);
});

test('lines about what works are left out, and exports that are retried are kept although they are of level info', () => {
  const lines = [
    'ts=2026-11-25T23:24:19Z level=info msg="now listening for http traffic"',
    'ts=2026-11-25T23:24:19Z level=info msg="Exporting failed. Will retry the request after interval." error="refused"',
    'ts=2026-11-25T23:24:19Z level=debug msg="scraped"',
    'not a line of a log',
    'msg="Exporting failed, in a text without a level"',
  ];
  expect(parseLog(lines.join('\n'))).toMatchObject([{ error: 'refused' }]);
});

test('the error that keeps Alloy from starting is read without a time', () => {
  expect(parseLog('Error: /x/config.alloy:1:2: bad')).toMatchObject([
    { time: undefined, level: 'error', message: '/x/config.alloy:1:2: bad' },
  ]);
});

test('secrets are removed from the log, and the configuration has the path that the user knows', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'alloy-log-'));
  try {
    const logFile = join(directory, 'alloy.log');
    writeFileSync(
      logFile,
      `Error: /etc/alloy/config.alloy:1:2: token glc_secret_token\n${LINE} x=1\nts=x level=warn msg="postgresql://u:hunter2@h/db"\n`,
    );
    const run = sampleRun();
    const alloy = { ...run.alloy, logFile, config: '/home/me/config.alloy', configInside: '/etc/alloy/config.alloy' };
    const lines = await readAlloyLog({ ...run, alloy });
    expect(lines.map(({ message }) => message)).toEqual([
      '/home/me/config.alloy:1:2: token (secret)',
      'non-recoverable error',
      'postgresql://(secret)@h/db',
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a run without a log file has no lines', async () => {
  expect(await readAlloyLog(sampleRun())).toEqual([]);
});
