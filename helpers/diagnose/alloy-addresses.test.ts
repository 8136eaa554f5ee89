import { expect, test } from 'vitest';
import { type Reply, startAnsweringServer } from '../clients/testing/answering-server.ts';
import { sampleRun } from '../clients/testing/sample-run.ts';
import { listWrongAddresses } from './alloy-addresses.ts';

const { alloy } = sampleRun();

test.each<[string, Reply, string | number]>([
  ['a web page', { body: '<html>', type: 'text/html; charset=utf-8' }, 'web page'],
  ['another HTTP server', { status: 404, body: '404 page not found\n', type: 'text/plain' }, 404],
])('an address at which %s answers is wrong', async (_, reply, answer) => {
  await using server = await startAnsweringServer(() => reply);
  const { host } = new URL(server.url);
  expect(await listWrongAddresses({ url: server.url, otlpGrpc: host, otlpHttp: server.url })).toEqual([
    { variable: 'ALLOY_URL', address: server.url, answer },
    { variable: 'ALLOY_OTLP_GRPC', address: host, answer },
    { variable: 'ALLOY_OTLP_HTTP', address: server.url, answer },
  ]);
});

test('an address at which nothing listens is wrong, and so is a host that is not known', async () => {
  expect(await listWrongAddresses({ ...alloy, otlpHttp: 'http://nowhere.invalid:4318' })).toMatchObject([
    { variable: 'ALLOY_URL', answer: 'nothing' },
    { variable: 'ALLOY_OTLP_GRPC', answer: 'nothing' },
    { variable: 'ALLOY_OTLP_HTTP', answer: 'unknown host' },
  ]);
});
