import type { Target } from '../../pipeline/otlp/exporter.ts';
import type { OtlpExporterArgs } from './block.ts';

type Client = OtlpExporterArgs['client'];

/**
 * What to dial for an endpoint, as gRPC names targets; undefined for an empty one, which a real Alloy starts with and
 * fails each export for. `http://` and `https://` are no names of gRPC's and are taken off.
 */
export function dialTarget(endpoint: string): string | undefined {
  const target = endpoint.replace(/^(https?:\/\/|passthrough:\/\/[^/]*\/)/, '');
  if (target === '') {
    return undefined;
  }
  return target.includes('://') ? target : `dns:${target}`;
}

/** How to connect: with the `tls` block, with TLS that nothing was said of, or in clear text. */
export type Security = 'block' | 'default' | 'none';

/**
 * As a real Alloy decides it: `insecure` means clear text unless an authority's certificate is given all the same, and
 * `https://` means TLS whatever the block says. `http://` alone does not mean clear text.
 */
export function chooseSecurity({ endpoint, tls }: Client): Security {
  if (!tls.insecure || tls.ca_pem !== '' || tls.ca_file !== '') {
    return 'block';
  }
  return endpoint.startsWith('https://') ? 'default' : 'none';
}

/** Where the endpoint leads, for the labels of metrics: all of it where it is not just host and port. */
export function readTarget(endpoint: string): Target {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(endpoint) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) {
    return { server_address: endpoint };
  }
  return { server_address: host, ...(/^\d+$/.test(port) && { server_port: port }) };
}
