import { once } from 'node:events';
import { connect } from 'node:net';
import { request } from 'undici';
import type { EndpointAnswer } from '../findings/finding.ts';
import { readAddress } from './sources.ts';

const TIMEOUT_MS = 1000;

/**
 * What is wrong with a URL to which OTLP/HTTP is sent, by an empty export to it: nothing listens, or what answers doesn't take it.
 * Undefined if it does, and of other machines, to which only the service itself sends.
 */
export async function askEndpoint(url: string): Promise<EndpointAnswer | undefined> {
  const address = readAddress(url);
  if (address === undefined || !/^https?:/.test(url)) return 'no URL';
  if (!isLoopback(address.host)) return undefined;
  if (!(await isListening(address))) return 'refused';
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    await body.dump();
    return statusCode < 300 ? undefined : statusCode;
  } catch {
    return url.startsWith('https:') ? 'no TLS' : 'another protocol';
  }
}

/** Whether a host is this machine, by its name or address. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/.test(host);
}

async function isListening({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
