import type { FoundSpan } from '../../clients/tempo.ts';
import { createServiceRule, isOf } from '../service-rule.ts';
import { isLike, nameKind, readAttributes, readShape } from '../span-shape.ts';

const STATEMENT = ['db.query.text', 'db.statement'];

/**
 * A request that should be answered from Redis asks the database again: its trace has the keys that it reads, and those that it
 * writes afterwards.
 *
 * `GET /api/guilds of the API service is not answered from the cache: it reads api:guilds from Redis, queries the database, and
 * writes api:guild, which it never reads`
 */
export const serviceCacheNotUsed = createServiceRule(
  'service cache not used',
  (service, { observation, trace = [] }) => {
    const lacks = readShape(observation?.condition)?.lacks;
    const spans = trace.filter((found) => isOf(service, found));
    const asked = lacks && spans.find((found) => isLike(found, lacks));
    const root = spans.find(({ span }) => nameKind(span) === 'server');
    if (asked === undefined || root === undefined) return undefined;
    const read = listKeys(spans, 'get');
    if (read.length === 0) return undefined;
    return { name: root.span.name, read, written: listKeys(spans, 'set') };
  },
);

/** The keys of Redis that spans have in their statements: `get api:guilds`. */
function listKeys(spans: readonly FoundSpan[], command: string): string[] {
  const keys = spans.flatMap(({ span }) => {
    const attributes = readAttributes(span);
    const statement = STATEMENT.map((name) => attributes[name]).find((value) => typeof value === 'string');
    const [word, key] = String(statement ?? '').split(' ');
    return word?.toLowerCase() === command && key !== undefined ? [key] : [];
  });
  return [...new Set(keys)];
}
