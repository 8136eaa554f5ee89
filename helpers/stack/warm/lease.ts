import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

const granted = 'granted\n';
const taken = 'taken\n';

/**
 * Lets one user at a time have a warm stack, for as long as its connection lasts: the end of a process, however it comes,
 * ends its lease. `ended` is called after each lease, and the next one waits for it.
 */
export async function serveLeases(socketPath: string, ended: () => Promise<void>): Promise<{ close: () => void }> {
  let holder: Socket | undefined;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (holder !== undefined) {
      socket.end(taken);
      return;
    }
    holder = socket;
    socket.write(granted);
    socket.resume();
    socket.once('close', () => {
      void ended().finally(() => {
        holder = undefined;
      });
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return { close: () => void server.close() };
}

/** Asks for a lease; returns what ends it, or undefined where another process has it. Throws where there is no answer. */
export async function takeLease(socketPath: string): Promise<{ release: () => Promise<void> } | undefined> {
  const socket = createConnection(socketPath);
  const [answer] = await once(socket, 'data');
  if (String(answer) !== granted) {
    socket.destroy();
    return undefined;
  }
  socket.on('error', () => {});
  // A run that does not end its lease must still be able to end.
  socket.unref();
  const release = async () => {
    if (socket.destroyed) return;
    const closed = once(socket, 'close');
    socket.ref();
    socket.destroy();
    await closed;
  };
  return { release };
}
