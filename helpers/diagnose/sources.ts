import { connect } from 'node:net';
import type { Part } from '../run/part.ts';
import type { Run } from '../run/run.ts';

/** A part that accepts no connections at its address, `host:port`. */
export type Unreachable = { readonly part: Part; readonly address: string };

const CONNECT_MS = 1000;

/** The parts that accept no connections. A part whose address is unknown counts as reachable. */
export async function listUnreachable(run: Run, parts: readonly Part[]): Promise<Unreachable[]> {
  const found = await Promise.all(
    parts.map(async (part) => {
      const address = findAddress(run, part);
      if (address === undefined || (await acceptsConnections(address))) return [];
      return [{ part, address: `${address.host}:${address.port}` }];
    }),
  );
  return found.flat();
}

/** Where a part accepts connections. */
export type Address = { readonly host: string; readonly port: number };

function findAddress(run: Run, part: Part): Address | undefined {
  switch (part) {
    case 'postgres':
    case 'redis':
    case 'rabbitmq':
      return run[part];
    case 'api':
    case 'bot':
      return readAddress(run[part]?.url);
    case 'notification-daemon':
      return readAddress(run.notificationDaemon?.url);
    case 'status-transition-daemon':
      return readAddress(run.statusTransitionDaemon?.url);
    default:
      return undefined;
  }
}

/** The host and port of a URL, by default that of its scheme; undefined if it is no URL. */
export function readAddress(url: string | undefined): Address | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

function acceptsConnections({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (isReached: boolean) => {
      socket.destroy();
      resolve(isReached);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}
