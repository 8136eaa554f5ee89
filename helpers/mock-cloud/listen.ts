import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Makes a server listen. Resolves with its address; rejects with the system's error if it can't. */
export async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  await once(server.listen(port, host), 'listening');
  return server.address() as AddressInfo;
}

/** `HOST:PORT`, with an IPv6 host in brackets. */
export function formatAddress({ address, family, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
