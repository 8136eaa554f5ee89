import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { selfSigned } from './self-signed.ts';

const HOSTS = ['localhost', '127.0.0.1', '::1', 'fd00::1:2', 'mock.example'];

describe('a self-signed certificate', () => {
  const { certificate, key } = selfSigned(HOSTS);
  const parsed = new X509Certificate(certificate);

  test('names its hosts only, is valid now, and is its own authority', () => {
    expect(HOSTS.filter((host) => /^[\d.:a-f]+$/.test(host)).map((address) => parsed.checkIP(address))).toEqual([
      '127.0.0.1',
      '::1',
      'fd00::1:2',
    ]);
    expect(parsed.checkHost('mock.example')).toBe('mock.example');
    expect(parsed.checkHost('other.example')).toBeUndefined();
    expect(parsed.checkIP('127.0.0.2')).toBeUndefined();
    expect(parsed.validFromDate.getTime()).toBeLessThan(Date.now());
    expect(parsed.validToDate.getTime()).toBeGreaterThan(Date.now());
    expect([parsed.ca, parsed.verify(parsed.publicKey)]).toEqual([true, true]);
  });

  test('is a new one each time', () => {
    expect(new X509Certificate(selfSigned(HOSTS).certificate).serialNumber).not.toBe(parsed.serialNumber);
  });

  test.each([
    ['that trusts it as an authority accepts it', { ca: certificate }, 'trusted'],
    ['that does not trust it refuses it', {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'that expects another host refuses it',
      { ca: certificate, servername: 'other.example' },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('a client %s', async (_, options, expected) => {
    const server = createServer({ cert: certificate, key }, (socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const found = await new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...options }, () =>
        resolve('trusted'),
      );
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    server.close();
    expect(found).toBe(expected);
  });
});
