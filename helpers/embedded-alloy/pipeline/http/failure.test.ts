import { createServer } from 'node:net';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { describeFailure } from './failure.ts';

test('what does not speak HTTP is told as Go tells it, with the first line of what it says', async () => {
  const server = createServer((socket) => socket.end('AMQP\0\0\t\u0001\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/metrics`;
  const error = await request(url).catch((thrown: unknown) => thrown);
  server.close();
  expect(describeFailure('GET', url, error).text).toBe(
    `Get "${url}": net/http: HTTP/1.x transport connection broken: malformed HTTP response "AMQP\\x00\\x00\\t\\x01"`,
  );
});
