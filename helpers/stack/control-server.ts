import { createServer } from 'node:http';
import type { OutageControl, OutagePart } from './outage.ts';

const PARTS: ReadonlySet<string> = new Set(['postgres', 'redis', 'rabbitmq'] satisfies OutagePart[]);

/** Serves {@link OutageControl} to the test workers on a Unix socket that only this user can reach; ends with `close`. */
export async function serveControl(
  socketPath: string,
  control: OutageControl,
): Promise<{ close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const [, command = '', part = ''] = (request.url ?? '').split('/');
    const act = command === 'take-away' ? control.takeAway : command === 'bring-back' ? control.bringBack : undefined;
    if (act === undefined || !isPart(part)) {
      response.writeHead(404).end(`no such command: ${request.url}`);
      return;
    }
    act(part).then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isPart(part: string): part is OutagePart {
  return PARTS.has(part);
}
