import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ExportResponse } from '../otlp/schema.ts';
import { sendEveryWay } from './otlp-http.ts';

/** Sends an export to a server with these answers, and returns what was rejected by encoding. */
async function readRejected(json: string, protobuf: Uint8Array): Promise<bigint[]> {
  const server = createServer((request, response) => {
    request.resume();
    response.end(request.headers['content-type'] === 'application/json' ? json : protobuf);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return (await sendEveryWay(url, { traces: { resourceSpans: [] } })).map(({ rejected }) => rejected);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('what a receiver rejects is read in every encoding: JSON names it after the signal', async () => {
  const json = '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}';
  const protobuf = ExportResponse.encode({ partialSuccess: { rejected: 2n, errorMessage: 'too old' } });
  expect(await readRejected(json, protobuf)).toEqual([2n, 2n, 2n, 2n]);
  expect(await readRejected('{"partialSuccess":{}}', new Uint8Array())).toEqual([0n, 0n, 0n, 0n]);
});

test.each([
  ['<html>', new Uint8Array()],
  ['{"partialSuccess":{"rejectedSpans":"many"}}', new Uint8Array()],
  ['{}', Buffer.from('<html>')],
  ['{}', Buffer.from([1])],
])('what is not an export response is refused: %s', async (json, protobuf) => {
  await expect(readRejected(json, protobuf)).rejects.toThrow('/v1/traces answers 200 with what is no OTLP response');
});
