import type { Credentials } from '../auth/credentials.ts';
import type { Refusal } from '../auth/login.ts';
import { refusalOf } from '../auth/login.ts';
import type { OtlpSignal } from '../ingest/otlp.ts';

/** Who an export was let in as, or why it was not. */
export type GrpcLogin = { readonly service: 'otlp' | 'tempo'; readonly refusal?: Refusal };

/**
 * Judges the `authorization` of an export over gRPC. The hosted stack takes gRPC at Tempo only, traces with Tempo's ID;
 * the mock takes all signals with the OTLP ID besides, so that a configuration can send everything this way.
 */
export function grpcLogin(header: string | undefined, signal: OtlpSignal, credentials: Credentials): GrpcLogin {
  if (signal === 'traces' && refusalOf(header, 'tempo', credentials) === undefined) return { service: 'tempo' };
  const refusal = refusalOf(header, 'otlp', credentials);
  return refusal === undefined ? { service: 'otlp' } : { service: 'otlp', refusal };
}
