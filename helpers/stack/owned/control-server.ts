import { createServer } from 'node:http';
import { isPart, type PartControl } from '../../run/part.ts';

/**
 * Serves {@link PartControl} on a Unix socket that only this user can reach, to processes that don't own the parts: at
 * `/METHOD/PART`. Ends with `close`.
 */
export async function serveControl(socketPath: string, control: PartControl): Promise<{ close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const [, command = '', part = ''] = (request.url ?? '').split('/');
    if (!Object.hasOwn(control, command) || !isPart(part)) {
      response.writeHead(404).end(`unknown command: ${request.url}`);
      return;
    }
    control[command as keyof PartControl](part).then(
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
