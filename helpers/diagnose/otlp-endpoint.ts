import { once } from 'node:events';
import { connect } from 'node:net';
import { request } from 'undici';
import type { EndpointAnswer } from '../findings/finding.ts';
import type { Milliseconds } from '../otlp/ids.ts';
import { scaleToLoad } from './load.ts';
import { type Address, readAddress } from './sources.ts';

const TIMEOUT_MS = 1000;

/**
 * What is wrong with a URL to which OTLP/HTTP is sent, by an empty export to it: nothing listens, or what answers doesn't take it.
 * Undefined if it does, and of other machines, to which only the service itself sends.
 */
export async function askEndpoint(url: string): Promise<EndpointAnswer | undefined> {
  const address = readAddress(url);
  if (address === undefined || !/^https?:/.test(url)) return 'no URL';
  if (!isLoopback(address.host)) return undefined;
  const limit = scaleToLoad(TIMEOUT_MS);
  try {
    if (!(await isListening(address, limit))) return 'refused';
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      headersTimeout: limit,
      bodyTimeout: limit,
    });
    await body.dump();
    return statusCode < 300 ? undefined : statusCode;
  } catch (error) {
    // What merely takes long may be what is meant.
    if (isTimeout(error)) return undefined;
    return url.startsWith('https:') ? 'no TLS' : 'another protocol';
  }
}

function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'AbortError' ||
    error.name === 'TimeoutError' ||
    ('code' in error && /TIMEOUT/.test(String(error.code)))
  );
}

/** Whether a host is this machine, by its name or address. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/.test(host);
}

/** Rejects where it can't be told in time. */
async function isListening({ host, port }: Address, limit: Milliseconds): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(limit) });
    return true;
  } catch (error) {
    if (isTimeout(error)) throw error;
    return false;
  } finally {
    socket.destroy();
  }
}
