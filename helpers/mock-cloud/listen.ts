import type { AddressInfo, Server } from 'node:net';

/** Lets a server listen. Resolves with where it does; rejects with the system's error where it can't. */
export function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** `HOST:PORT`, an IPv6 host in brackets. */
export function hostAndPort({ address, family, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
