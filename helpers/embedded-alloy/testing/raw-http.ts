import { connect } from 'node:net';

/** An HTTP response as received from the socket. */
export type RawAnswer = {
  readonly status: number;
  readonly statusLine: string;
  /** Headers as sent, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
};

/**
 * Writes `bytes` to a socket and reads one response, by its `Content-Length` or to the end. With `end`, half-closes the
 * socket after writing, like a sender that aborts.
 */
export async function rawHttp(address: string, bytes: Buffer, end = false): Promise<RawAnswer> {
  const [host = '', port = ''] = address.split(/:(?=\d+$)/);
  const socket = connect(Number(port), host);
  return await new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const look = (ended: boolean): void => {
      const answer = parseAnswer(received, ended);
      if (answer !== undefined) {
        socket.destroy();
        resolve(answer);
      } else if (ended) {
        reject(new Error(`the connection ended after ${received.length} bytes: ${received.toString('latin1')}`));
      }
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      look(false);
    });
    socket.on('end', () => look(true));
    socket.on('error', (error) => {
      const answer = parseAnswer(received, true);
      return answer === undefined ? reject(error) : resolve(answer);
    });
    socket.write(bytes);
    if (end) {
      socket.end();
    }
  });
}

/** Formats a POST request with these headers. */
export function formatPost(path: string, headers: Readonly<Record<string, string>>, body: Uint8Array | string): Buffer {
  const content = Buffer.from(body);
  const lines = Object.entries({ Host: 'x', 'Content-Length': String(content.length), ...headers });
  const head = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head), content]);
}

function parseAnswer(received: Buffer, ended: boolean): RawAnswer | undefined {
  const blank = received.indexOf('\r\n\r\n');
  if (blank < 0) {
    return undefined;
  }
  const [statusLine = '', ...lines] = received.subarray(0, blank).toString('latin1').split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const body = received.subarray(blank + 4);
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  if (length === undefined ? !ended : body.length < Number(length)) {
    return undefined;
  }
  return { status: Number(statusLine.split(' ')[1]), statusLine, headers, body };
}
