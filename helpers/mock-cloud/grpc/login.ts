import type { Credentials } from '../auth/credentials.ts';
import { checkLogin, type LoginRefusal } from '../auth/login.ts';
import type { OtlpSignal } from '../ingest/otlp.ts';

/** The service that an export logged in at, and why it was refused if it was. */
export type GrpcLogin = { readonly service: 'otlp' | 'tempo'; readonly refusal?: LoginRefusal };

/**
 * Checks the `authorization` of an export over gRPC. The hosted stack accepts gRPC at Tempo only: traces, with Tempo's
 * ID. The mock also accepts all signals with the OTLP ID, so that a configuration can send everything this way.
 */
export function checkGrpcLogin(header: string | undefined, signal: OtlpSignal, credentials: Credentials): GrpcLogin {
  if (signal === 'traces' && checkLogin(header, 'tempo', credentials) === undefined) return { service: 'tempo' };
  const refusal = checkLogin(header, 'otlp', credentials);
  return refusal === undefined ? { service: 'otlp' } : { service: 'otlp', refusal };
}
