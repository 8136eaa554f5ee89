import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { listUnreachable, readAddress } from './sources.ts';

test('a part is unreachable if nothing listens at its address, and counts as reachable if that is unknown', async () => {
  await using server = await startAnsweringServer(() => ({}));
  const login = { user: 'u', password: 'p' };
  const run = sampleRun({
    api: { url: server.url },
    redis: { host: '127.0.0.1', port: 1, password: '' },
    rabbitmq: { host: '127.0.0.1', port: Number(new URL(server.url).port), ...login, metricsUrl: '' },
  });
  expect(await listUnreachable(run, ['api', 'redis', 'rabbitmq', 'bot', 'mock-cloud'])).toEqual([
    { part: 'redis', address: '127.0.0.1:1' },
  ]);
});

test('each part is looked for at its own address', async () => {
  const login = { user: 'u', password: 'p' };
  const run = sampleRun({
    postgres: { host: '127.0.0.1', port: 1, database: 'd', ...login },
    redis: { host: '127.0.0.1', port: 2, password: '' },
    rabbitmq: { host: '127.0.0.1', port: 3, metricsUrl: '', ...login },
    api: { url: 'http://127.0.0.1:4/x' },
    bot: { url: 'http://127.0.0.1:5', gatewayUrl: '' },
    notificationDaemon: { url: 'http://127.0.0.1:6' },
    statusTransitionDaemon: { url: 'http://127.0.0.1:7' },
  });
  const parts = [
    'postgres',
    'redis',
    'rabbitmq',
    'api',
    'bot',
    'notification-daemon',
    'status-transition-daemon',
  ] as const;
  expect(await listUnreachable(run, parts)).toEqual(
    parts.map((part, index) => ({ part, address: `127.0.0.1:${index + 1}` })),
  );
});

test.each([
  ['http://h:8000/x', { host: 'h', port: 8000 }],
  ['http://h', { host: 'h', port: 80 }],
  ['https://h', { host: 'h', port: 443 }],
  ['http://[::1]:8000', { host: '::1', port: 8000 }],
  ['not a URL', undefined],
  [undefined, undefined],
])('the address of %s is %j', (url, address) => {
  expect(readAddress(url)).toEqual(address);
});

test('an address that is none counts as reachable, because nothing is known of it', async () => {
  expect(await listUnreachable(sampleRun({ api: { url: 'not a URL' } }), ['api'])).toEqual([]);
});

test('a part that takes no more connections is unreachable, before the limit of a criterion', async () => {
  // The kernel completes connections for a stopped process until its queue is full, and then answers no more.
  const script =
    'const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port))';
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sockets: ReturnType<typeof connect>[] = [];
  try {
    const [text] = await once(child.stdout, 'data');
    const port = Number(text);
    child.kill('SIGSTOP');
    for (let n = 0; n < 16; n++) sockets.push(connect({ host: '127.0.0.1', port }).on('error', () => undefined));
    await once(sockets[0] ?? child, 'connect');
    const run = sampleRun({ redis: { host: '127.0.0.1', port, password: '' } });
    expect(await listUnreachable(run, ['redis'])).toEqual([{ part: 'redis', address: `127.0.0.1:${port}` }]);
  } finally {
    for (const socket of sockets) socket.destroy();
    child.kill('SIGKILL');
  }
});
