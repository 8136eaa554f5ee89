import { timingSafeEqual } from 'node:crypto';
import type { Credentials, Service } from './credentials.ts';

/** Why a request was not let in. */
export type RefusalReason = 'no credentials' | 'wrong token' | 'foreign instance ID' | 'unknown instance ID';

/** A request that was not let in. */
export type Refusal = {
  readonly reason: RefusalReason;
  /** The user of the Basic credentials where that can be shown: an ID of digits; a description of it otherwise. */
  readonly user: string;
  /** The service whose instance ID it was, where it is one. */
  readonly belongsTo?: Service;
  /** What the hosted service answers, word for word. */
  readonly message: string;
};

const INVALID_TOKEN = 'authentication error: invalid token';
const FOREIGN_ID = 'authentication error: legacy auth cannot be upgraded because the host is not found';

/**
 * Whether a request's `Authorization` header opens `service`: undefined where it does, else why not. The user must be
 * the service's instance ID and the password the token. An ID belongs to one service only, so where the OTLP ID is also
 * that of another service, the OTLP gateway lets nobody in, as the hosted one does not.
 */
export function refusalOf(header: string | undefined, service: Service, credentials: Credentials): Refusal | undefined {
  const basic = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '');
  const decoded = Buffer.from(basic?.[1] ?? '', 'base64').toString();
  const colon = decoded.indexOf(':');
  if (basic === null || colon < 0) return { reason: 'no credentials', user: '', message: INVALID_TOKEN };
  const user = decoded.slice(0, colon);
  const shown = /^\d{1,20}$/.test(user) ? user : user === '' ? '(empty)' : '(not a number)';
  if (!sameSecret(decoded.slice(colon + 1), credentials.token)) {
    return { reason: 'wrong token', user: shown, message: INVALID_TOKEN };
  }
  const { instanceIds } = credentials;
  const owner = ownerOf(user, instanceIds);
  if (user === instanceIds[service] && (service !== 'otlp' || owner === 'otlp')) return undefined;
  if (owner === undefined) return { reason: 'unknown instance ID', user: shown, message: FOREIGN_ID };
  return { reason: 'foreign instance ID', user: shown, belongsTo: owner, message: FOREIGN_ID };
}

/** The service that an ID belongs to: the OTLP gateway last, as it is the one that shares with nobody. */
function ownerOf(user: string, instanceIds: Credentials['instanceIds']): Service | undefined {
  return (['prometheus', 'loki', 'tempo', 'otlp'] as const).find((service) => instanceIds[service] === user);
}

function sameSecret(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
