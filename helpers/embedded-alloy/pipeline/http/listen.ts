import type { Server } from 'node:net';

/** Where to listen. */
export type ListenAddress = { readonly host: string; readonly port: number };

/**
 * Reads `host:port` as Go's `net.Listen` does; no host means every address. @throws Error with Go's text where there is
 * no port.
 */
export function parseListenAddress(endpoint: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(endpoint) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new Error(`listen tcp: address ${endpoint}: missing or invalid port in address`);
  }
  const host = bracketed ?? plain ?? '';
  return { host: host === '' ? '0.0.0.0' : host === 'localhost' ? '127.0.0.1' : host, port: Number(port) };
}

/** Writes an address as Go does: `127.0.0.1:4318`, `[::1]:4318`. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Opens `server` at `address`; returns the address with the port that it got. @throws Error with Go's text. */
export async function listen(server: Server, address: ListenAddress): Promise<ListenAddress> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(bindError(address, error)));
    server.listen({ ...address, exclusive: true }, () => resolve());
  });
  const bound = server.address();
  return { host: address.host, port: typeof bound === 'object' && bound !== null ? bound.port : address.port };
}

/** The error of a port that can't be had, as Go words it. */
export function bindError(address: ListenAddress, error: Error): Error {
  const reason = /EADDRINUSE/.test(error.message)
    ? 'bind: address already in use'
    : /EACCES/.test(error.message)
      ? 'bind: permission denied'
      : /EADDRNOTAVAIL/.test(error.message)
        ? 'bind: cannot assign requested address'
        : error.message;
  return new Error(`listen tcp ${formatAddress(address)}: ${reason}`);
}
