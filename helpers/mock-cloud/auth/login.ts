import { timingSafeEqual } from 'node:crypto';
import { type Credentials, DEFAULT_IDS, type Service } from './credentials.ts';
import { describeHeader } from './describe-header.ts';

/** A login that was refused, and why. */
export type LoginRefusal = {
  readonly reason: 'no credentials' | 'wrong token' | 'foreign instance ID' | 'unknown instance ID';
  /** The user name if it can be shown, which is an ID of digits; otherwise a description of it. */
  readonly user: string;
  /** The service whose instance ID the user name is, if there is one. */
  readonly belongsTo?: Service;
  /** What is wrong with the form in which the login was sent, if anything is. */
  readonly sent?: string;
  /** What the hosted service answers, verbatim. */
  readonly message: string;
};

const INVALID_TOKEN = 'authentication error: invalid token';
const FOREIGN_ID = 'authentication error: legacy auth cannot be upgraded because the host is not found';

/**
 * Checks whether a request's `Authorization` header opens `service`: returns undefined if it does. The user name must be
 * the service's instance ID and the password the token. An ID belongs to one service only: another one that is given the
 * same ID accepts nobody, like the hosted one.
 */
export function checkLogin(
  header: string | undefined,
  service: Service,
  credentials: Credentials,
): LoginRefusal | undefined {
  const refusal = findRefusal(header, service, credentials);
  if (refusal === undefined) return undefined;
  const sent = describeHeader(header, credentials);
  return { ...refusal, ...(sent !== undefined && { sent }) };
}

function findRefusal(
  header: string | undefined,
  service: Service,
  { token, instanceIds }: Credentials,
): LoginRefusal | undefined {
  const basic = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '');
  const decoded = Buffer.from(basic?.[1] ?? '', 'base64').toString();
  const colon = decoded.indexOf(':');
  if (basic === null || colon < 0) return { reason: 'no credentials', user: '', message: INVALID_TOKEN };
  const id = decoded.slice(0, colon);
  const user = /^\d{1,20}$/.test(id) ? id : id === '' ? '(empty)' : '(not a number)';
  if (!isSameSecret(decoded.slice(colon + 1), token)) return { reason: 'wrong token', user, message: INVALID_TOKEN };
  const owner = findOwner(id, instanceIds);
  if (owner === service) return undefined;
  if (owner === undefined) return { reason: 'unknown instance ID', user, message: FOREIGN_ID };
  return { reason: 'foreign instance ID', user, belongsTo: owner, message: FOREIGN_ID };
}

/**
 * The service that an ID belongs to. Of several with the same ID it is the one that has it by default; else the OTLP gateway
 * comes last, because its ID is the one that is mistaken for another.
 */
function findOwner(id: string, instanceIds: Credentials['instanceIds']): Service | undefined {
  const owners = (['prometheus', 'loki', 'tempo', 'otlp'] as const).filter((service) => instanceIds[service] === id);
  return owners.find((service) => DEFAULT_IDS[service] === id) ?? owners[0];
}

function isSameSecret(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
