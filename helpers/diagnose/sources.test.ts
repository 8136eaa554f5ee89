import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { examineParts, hasLastingFault, readAddress } from './sources.ts';

test('a part is unreachable if nothing listens at its address, and counts as reachable if that is unknown', async () => {
  await using server = await startAnsweringServer(() => ({}));
  const run = sampleRun({
    api: { url: server.url },
    redis: { host: '127.0.0.1', port: 1, password: '' },
  });
  expect(await examineParts(run, ['api', 'redis', 'bot', 'mock-cloud'])).toEqual({
    unreachable: [{ part: 'redis', address: '127.0.0.1:1' }],
    faulty: [],
  });
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
  expect((await examineParts(run, parts)).unreachable).toEqual(
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
  expect(await examineParts(sampleRun({ api: { url: 'not a URL' } }), ['api'])).toEqual({
    unreachable: [],
    faulty: [],
  });
});

/** A server that is stopped where it stands, as a process that hangs: the kernel still completes connections for it. */
async function startStoppedServer(backlog: number) {
  const script = `const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: ${backlog} }, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  return { port: Number(text), [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

test('a part that takes no more connections is unreachable, before the limit of a criterion', async () => {
  using server = await startStoppedServer(1);
  const { port } = server;
  const sockets: ReturnType<typeof connect>[] = [];
  try {
    // The kernel completes connections until its queue is full, and then answers no more.
    for (let n = 0; n < 16; n++) sockets.push(connect({ host: '127.0.0.1', port }).on('error', () => undefined));
    await once(sockets[0] as (typeof sockets)[0], 'connect');
    const run = sampleRun({ redis: { host: '127.0.0.1', port, password: '' } });
    expect((await examineParts(run, ['redis'])).unreachable).toEqual([{ part: 'redis', address: `127.0.0.1:${port}` }]);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test('a part that hangs accepts the connection and is silent, whichever it is', async () => {
  using server = await startStoppedServer(64);
  const { port } = server;
  const at = { host: '127.0.0.1', port, user: 'u', password: 'p' };
  const run = sampleRun({
    postgres: { ...at, database: 'd' },
    redis: at,
    rabbitmq: { ...at, metricsUrl: `http://127.0.0.1:${port}/metrics` },
    bot: { url: `http://127.0.0.1:${port}`, gatewayUrl: '' },
  });
  const parts = ['postgres', 'redis', 'rabbitmq', 'bot'] as const;
  expect(await examineParts(run, parts)).toEqual({
    unreachable: parts.map((part) => ({ part, address: `127.0.0.1:${port}`, isSilent: true })),
    faulty: [],
  });
});

test('a fault is lasting when it has been seen for two seconds, and not while it is new', async () => {
  const run = sampleRun({ redis: { host: '127.0.0.1', port: 8, password: '' } });
  const isLasting = (part: 'redis' | 'bot') => hasLastingFault(run, [part], () => false);
  const began = performance.now();
  expect(isLasting('redis')).toBe(false);
  await vi.waitFor(() => expect(isLasting('redis')).toBe(true), { timeout: 20_000, interval: 100 });
  expect(performance.now() - began).toBeGreaterThan(1900);
  expect(isLasting('bot')).toBe(false);
});

test('a fault that is not relevant is not waited for', async () => {
  await using server = await startAnsweringServer(() => ({ body: '{"parts":{"redis":"gone"}}' }));
  const run = sampleRun({ bot: { url: server.url, gatewayUrl: '' } });
  const isLasting = (isRelevant: boolean) => hasLastingFault(run, ['bot'], () => isRelevant);
  await vi.waitFor(() => expect(isLasting(true)).toBe(true), { timeout: 20_000, interval: 100 });
  expect(isLasting(false)).toBe(false);
  expect((await examineParts(run, ['bot'])).faulty).toMatchObject([{ fault: 'unhealthy', reason: 'redis: gone' }]);
});
