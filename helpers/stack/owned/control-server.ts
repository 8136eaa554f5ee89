import { createServer } from 'node:http';
import { isPart, type Part, type PartControl } from '../../run/part.ts';

/** Serves {@link PartControl} on a Unix socket that only this user can reach, to processes that don't own the parts; ends with `close`. */
export async function serveControl(socketPath: string, control: PartControl): Promise<{ close: () => Promise<void> }> {
  const commands: Readonly<Record<string, (part: Part) => Promise<void>>> = {
    'take-away': control.takeAway,
    'bring-back': control.bringBack,
    pause: control.pause,
    resume: control.resume,
    check: control.check,
    restart: control.restart,
  };
  const server = createServer((request, response) => {
    const [, command = '', part = ''] = (request.url ?? '').split('/');
    const act = commands[command];
    if (act === undefined || !isPart(part)) {
      response.writeHead(404).end(`unknown command: ${request.url}`);
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
