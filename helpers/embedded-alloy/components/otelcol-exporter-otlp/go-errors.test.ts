import { expect, test } from 'vitest';
import { formatAsGo } from './go-errors.ts';

const HANDSHAKE = 'transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate';

/** What grpc-js 1.14 reports, and what Alloy 1.18 logged for the same failure. */
const CASES: readonly (readonly [string, string, string])[] = [
  [
    'a host without an address',
    'Name resolution failed for target dns:no-such-host.invalid:4317',
    'no children to pick from',
  ],
  ['a host with a path', 'Name resolution failed for target dns:127.0.0.1/tempo:41421', 'no children to pick from'],
  [
    'a closed port of IPv6',
    unconnected('Error: connect ECONNREFUSED ::1:36459'),
    connectionError('transport: Error while dialing: dial tcp [::1]:36459: connect: connection refused'),
  ],
  [
    'all addresses of a balanced target',
    `round_robin: No connection established. Last error: ${unconnected('Error: connect ECONNREFUSED 127.0.0.1:443')}`,
    connectionError('transport: Error while dialing: dial tcp 127.0.0.1:443: connect: connection refused'),
  ],
  [
    'an unknown authority',
    unconnected(
      'Error: self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
    ),
    connectionError(`${HANDSHAKE} signed by unknown authority`),
  ],
  [
    'the certificate of another host',
    unconnected(
      "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: other.example. is not in the cert's altnames: IP Address:127.0.0.1, DNS:localhost",
    ),
    connectionError(`${HANDSHAKE} is valid for localhost, not other.example`),
  ],
  ['a connection that ends during a call', 'Connection dropped', 'error reading from server: EOF'],
  [
    'a stream that is reset',
    'Received RST_STREAM with code 2 (Internal server error)',
    'stream terminated by RST_STREAM with error code: INTERNAL_ERROR',
  ],
  [
    'a gateway',
    'Received HTTP status code 401',
    'unexpected HTTP status code received from server: 401 (Unauthorized)',
  ],
];

test.each(CASES)('%s is reported with Go’s message', (_, details, expected) =>
  expect(formatAsGo(details)).toBe(expected),
);

test('a server’s own message stays as it is', () => {
  const said = 'authentication error: invalid token. Last error: connect ECONNREFUSED 1.2.3.4:5';
  expect(formatAsGo(said)).toBe(said);
});

function unconnected(error: string): string {
  return `No connection established. Last error: ${error}. Resolution note: `;
}

function connectionError(reason: string): string {
  return `connection error: desc = ${JSON.stringify(reason)}`;
}
