import type { Target } from '../../pipeline/otlp/exporter.ts';
import type { OtlpExporterArgs } from './block.ts';

type Client = OtlpExporterArgs['client'];

/**
 * The gRPC target of an endpoint. Undefined for an empty endpoint: Alloy starts with one, and every export fails.
 * `http://` and `https://` are not gRPC schemes and are removed.
 */
export function formatDialTarget(endpoint: string): string | undefined {
  const target = endpoint.replace(/^(https?:\/\/|passthrough:\/\/[^/]*\/)/, '');
  if (target === '') {
    return undefined;
  }
  return target.includes('://') ? target : `dns:${target}`;
}

/** How to connect: with the settings of the `tls` block, with default TLS, or in clear text. */
export type Security = 'block' | 'default' | 'none';

/**
 * Chooses as Alloy does: `insecure` means clear text unless a CA certificate is given as well, and `https://` means TLS
 * whatever the block says. `http://` alone does not mean clear text.
 */
export function chooseSecurity({ endpoint, tls }: Client): Security {
  if (!tls.insecure || tls.ca_pem !== '' || tls.ca_file !== '') {
    return 'block';
  }
  return endpoint.startsWith('https://') ? 'default' : 'none';
}

/** The endpoint as metric labels: all of it where it is more than host and port. */
export function readTarget(endpoint: string): Target {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(endpoint) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) {
    return { server_address: endpoint };
  }
  return { server_address: host, ...(/^\d+$/.test(port) && { server_port: port }) };
}
