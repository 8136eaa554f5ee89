import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createUnsupportedError } from '../../identity.ts';
import type { clientTls, serverTls } from '../../schema/blocks/otelcol.ts';
import type { DecodedBlock } from '../../schema/schema.ts';
import { readTextFile } from './read-text-file.ts';

type ClientTls = DecodedBlock<typeof clientTls>;
type ServerTls = DecodedBlock<typeof serverTls>;

/** Options of Node's TLS functions, read from a `tls` block. */
export type TlsMaterial = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
};

/**
 * The options of a TLS client. @throws Error for a file that can't be read, and for arguments that are not supported
 */
export function readClientTls(
  tls: ClientTls,
): TlsMaterial & { readonly rejectUnauthorized: boolean; readonly servername?: string } {
  return {
    ...readMaterial(tls),
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(tls.server_name !== '' && { servername: tls.server_name }),
  };
}

/** The options of a TLS server: certificate, key and, if clients need certificates, their CA. */
export function readServerTls(tls: ServerTls): TlsMaterial & { readonly requestCert: boolean } {
  const { ca: _own, ...own } = readMaterial(tls);
  if (own.cert === undefined || own.key === undefined) {
    throw new Error('failed to load TLS config: for auth via TLS, provide both certificate and key, or neither');
  }
  const clients = tls.client_ca_file === '' ? {} : { ca: readFileSync(tls.client_ca_file, 'utf8') };
  return { ...own, ...clients, requestCert: tls.client_ca_file !== '' };
}

function readMaterial(tls: ClientTls | ServerTls): TlsMaterial {
  if (tls.tpm?.enabled === true) {
    throw createUnsupportedError('tls keys from a TPM');
  }
  return { ...readAuthority(tls), ...readKeyPair(tls) };
}

/** The start of Alloy's messages about a `tls` block. */
const FAILED = 'failed to load TLS config: failed to load';

function readAuthority({ ca_pem: written, ca_file: file }: ClientTls | ServerTls): Pick<TlsMaterial, 'ca'> {
  if (written === '' && file === '') {
    return {};
  }
  if (written !== '' && file !== '') {
    throw new Error(`${FAILED} CA CertPool: provide either a CA file or the PEM-encoded string, but not both`);
  }
  const ca = file === '' ? written : readTextFile(file, `${FAILED} CA CertPool File: failed to load cert ${file}`);
  try {
    new X509Certificate(ca);
  } catch {
    throw new Error(`${FAILED} CA CertPool ${file === '' ? 'PEM' : 'File'}: failed to parse cert`);
  }
  return { ca };
}

function readKeyPair(tls: ClientTls | ServerTls): Pick<TlsMaterial, 'cert' | 'key'> {
  const cert = readEither(tls.cert_pem, tls.cert_file);
  const key = readEither(tls.key_pem.reveal(), tls.key_file);
  if (cert === undefined && key === undefined) {
    return {};
  }
  if (cert === undefined || key === undefined) {
    throw new Error(`${FAILED} TLS cert and key: for auth via TLS, provide both certificate and key, or neither`);
  }
  return { cert, key };
}

function readEither(written: string, file: string): string | undefined {
  if (written !== '') {
    return written;
  }
  return file === '' ? undefined : readTextFile(file, `${FAILED} TLS cert and key`);
}
