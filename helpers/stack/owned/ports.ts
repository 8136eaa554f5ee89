import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** Loopback ports that belong to one run for as long as it holds them. */
export type PortBlock = {
  /** A free port of the block that was not given out before. */
  readonly next: () => Promise<number>;
  readonly release: () => void;
};

const size = 32;
const lowest = 15_000;

/**
 * Takes a block of ports on 127.0.0.1 below the range from which the kernel serves outgoing connections. The block's
 * first port is listened on as the sign that it is taken, so two runs never share one, and the kernel gives it back
 * whatever becomes of the runner. Between choosing a port and a server's listening on it there can be seconds; only a
 * program that picks its port from the same range at random could come in between.
 */
export async function takePortBlock(): Promise<PortBlock> {
  const blocks = Math.floor((ephemeralStart() - lowest) / size);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const base = lowest + randomInt(blocks) * size;
    const sign = await listen(base);
    if (sign === undefined) continue;
    let last = base;
    const next = async (): Promise<number> => {
      for (;;) {
        last += 1;
        if (last >= base + size) throw new Error('no free port is left in the block of this run');
        const probe = await listen(last);
        if (probe === undefined) continue;
        await new Promise((resolve) => probe.close(resolve));
        return last;
      }
    };
    return { next, release: () => void sign.close() };
  }
  throw new Error('no free block of loopback ports was found in 200 attempts');
}

function ephemeralStart(): number {
  try {
    const start = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);
    return Math.max(start, lowest + 100 * size);
  } catch {
    return 32_768;
  }
}

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.unref();
      resolve(server);
    });
  });
}
