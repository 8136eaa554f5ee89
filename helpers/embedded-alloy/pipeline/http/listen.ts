import type { Server } from 'node:net';

/** An address to listen on. */
export type ListenAddress = { readonly host: string; readonly port: number };

/**
 * Parses `host:port` like Go's `net.Listen`; without a host, all addresses. @throws Error with Go's message if there is
 * no port
 */
export function parseListenAddress(endpoint: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(endpoint) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new Error(`listen tcp: address ${endpoint}: missing or invalid port in address`);
  }
  const host = bracketed ?? plain ?? '';
  return { host: host === '' ? '0.0.0.0' : host === 'localhost' ? '127.0.0.1' : host, port: Number(port) };
}

/** Formats an address like Go: `127.0.0.1:4318`, `[::1]:4318`. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Listens on `address`; returns it with the port that was bound. @throws Error with Go's message */
export async function listen(server: Server, address: ListenAddress): Promise<ListenAddress> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(describeBindError(address, error)));
    server.listen({ ...address, exclusive: true }, () => resolve());
  });
  const bound = server.address();
  return { host: address.host, port: typeof bound === 'object' && bound !== null ? bound.port : address.port };
}

const goReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'bind: address already in use',
  EACCES: 'bind: permission denied',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
};

/** The error for a port that can't be bound, with Go's message. */
export function describeBindError(address: ListenAddress, error: Error): Error {
  // grpc-js gives the system's code in its message only.
  const code = Object.keys(goReasons).find((known) => error.message.includes(known));
  const reason = goReasons[code ?? ''] ?? error.message;
  return new Error(`listen tcp ${formatAddress(address)}: ${reason}`);
}
