import { readFileSync } from 'node:fs';
import type { clientTls, serverTls } from '../schema/blocks/otelcol-tls.ts';
import type { ArgsOf } from '../schema/schema.ts';
import { unsupported } from '../unsupported.ts';

type ClientTls = ArgsOf<typeof clientTls>;
type ServerTls = ArgsOf<typeof serverTls>;

/** What Node's TLS functions take, read from a `tls` block. */
export type TlsMaterial = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
};

/** The options of a TLS client. @throws Error where a file can't be read, or for what this engine can't honour. */
export function clientTlsOptions(
  tls: ClientTls,
): TlsMaterial & { readonly rejectUnauthorized: boolean; readonly servername?: string } {
  return {
    ...material(tls),
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(tls.server_name !== '' && { servername: tls.server_name }),
  };
}

/** The certificate, the key and, where clients must show a certificate too, the authorities of theirs. */
export function serverTlsOptions(tls: ServerTls): TlsMaterial & { readonly requestCert: boolean } {
  const { ca: _own, ...own } = material(tls);
  if (own.cert === undefined || own.key === undefined) {
    throw new Error('failed to load TLS config: for auth via TLS, provide both certificate and key, or neither');
  }
  const clients = tls.client_ca_file === '' ? {} : { ca: readFileSync(tls.client_ca_file, 'utf8') };
  return { ...own, ...clients, requestCert: tls.client_ca_file !== '' };
}

function material(tls: ClientTls | ServerTls): TlsMaterial {
  if (tls.tpm?.enabled === true) {
    throw unsupported('tls keys from a TPM');
  }
  const ca = pick(tls.ca_pem, tls.ca_file);
  const cert = pick(tls.cert_pem, tls.cert_file);
  const key = pick(tls.key_pem.reveal(), tls.key_file);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function pick(written: string, file: string): string | undefined {
  if (written !== '') {
    return written;
  }
  return file === '' ? undefined : readFileSync(file, 'utf8');
}
