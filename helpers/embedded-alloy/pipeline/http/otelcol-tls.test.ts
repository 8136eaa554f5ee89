import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../../../tls/self-signed.ts';
import { createSecret } from '../../language/evaluation/secret.ts';
import { clientTls } from '../../schema/blocks/otelcol.ts';
import type { DecodedBlock } from '../../schema/schema.ts';
import { buildArguments, type PartialArguments } from '../../testing/component-fixture.ts';
import { readClientTls } from './otelcol-tls.ts';

const directory = mkdtempSync(join(tmpdir(), 'tls-'));
afterAll(() => rmSync(directory, { recursive: true }));
const { certificate, key } = selfSigned(['localhost']);
const caFile = join(directory, 'ca.pem');
const otherFile = join(directory, 'other.txt');
writeFileSync(caFile, certificate);
writeFileSync(otherFile, 'not a certificate');
const options = (written: PartialArguments<DecodedBlock<typeof clientTls>>) =>
  readClientTls(buildArguments(clientTls, written));

test('a tls block can hold certificates and keys or name their files', () => {
  const pair = { cert_pem: certificate, key_pem: createSecret(key) };
  expect(options({ ca_file: caFile, ...pair })).toEqual(options({ ca_pem: certificate, ...pair }));
  expect(options({ ca_file: caFile, ...pair })).toEqual({
    ca: certificate,
    cert: certificate,
    key,
    rejectUnauthorized: true,
  });
  expect(options({ insecure_skip_verify: true, server_name: 'a' })).toEqual({
    rejectUnauthorized: false,
    servername: 'a',
  });
});

describe('an invalid tls block is refused with the message of Alloy 1.18', () => {
  const PAIR = 'TLS cert and key';
  test.each([
    [
      'a CA twice',
      { ca_file: caFile, ca_pem: certificate },
      'CA CertPool: provide either a CA file or the PEM-encoded string, but not both',
    ],
    ['an invalid CA', { ca_pem: 'x' }, 'CA CertPool PEM: failed to parse cert'],
    ['a CA file without a certificate', { ca_file: otherFile }, 'CA CertPool File: failed to parse cert'],
    [
      'a CA file that is a directory',
      { ca_file: directory },
      `CA CertPool File: failed to load cert ${directory}: read ${directory}: is a directory`,
    ],
    [
      'a missing CA file',
      { ca_file: '/no/ca' },
      'CA CertPool File: failed to load cert /no/ca: open /no/ca: no such file or directory',
    ],
    [
      'a certificate without its key',
      { cert_file: caFile },
      `${PAIR}: for auth via TLS, provide both certificate and key, or neither`,
    ],
    [
      'a missing key file',
      { cert_file: caFile, key_file: '/no/key' },
      `${PAIR}: open /no/key: no such file or directory`,
    ],
  ])('%s', (_, written, reason) => {
    expect(() => options(written)).toThrow(`failed to load TLS config: failed to load ${reason}`);
  });
});
