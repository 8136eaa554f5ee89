import { listBelow } from '../../clients/span-tree.ts';
import { SERVICE_NAMES } from '../../run/part.ts';
import { createServiceRule, isOf } from '../service-rule.ts';
import { isLike, readShape, toKind } from '../span-shape.ts';

const MAX_NAMES = 6;

/**
 * A span of the service has arrived without a child that it should have, while the service makes such spans elsewhere: it has not done
 * what makes the span, or under another parent.
 *
 * Where others of the same name have it, spans may be left out, as by a filter.
 *
 * `the span GET /api/guilds of the API service has no child that is /^set/i, client, redis: its children are get and pg.query:SELECT`
 */
export const childSpanMissing = createServiceRule('child span missing', (service, question) => {
  const { subject, observation, trace = [], recent = [] } = question;
  const shape = readShape(observation?.condition);
  if (subject?.kind !== 'trace' || shape === undefined) return undefined;
  const own = trace.filter((found) => isOf(service, found));
  const parent = own.find((found) => isLike(found, shape));
  if (parent === undefined) return undefined;
  const children = listBelow(own, parent.span);
  const missing = shape.children
    .filter((child) => child.service === undefined || child.service === SERVICE_NAMES[service.part])
    .find((child) => !children.some((found) => isLike(found, child)));
  if (missing === undefined) return undefined;
  const { name } = missing;
  const all = [...own, ...recent.filter((found) => isOf(service, found))];
  // Where it makes none at all, its instrumentation is what to look at.
  if (!all.some((found) => isLike(found, toKind(missing)))) return undefined;
  const elsewhere = own.find((found) => isLike(found, missing));
  const holder = elsewhere && trace.find(({ span }) => span.spanId === elsewhere.span.parentSpanId);
  const others = recent.filter(
    (found) =>
      isOf(service, found) &&
      found.span.traceId !== parent.span.traceId &&
      isLike(found, { ...shape, name: parent.span.name }),
  );
  const having = others.filter(({ span }) => listBelow(recent, span).some((found) => isLike(found, missing)));
  const values = Object.values(missing.attributes).filter(
    (value) => typeof value === 'string' && !value.startsWith('/'),
  );
  return {
    name: parent.span.name,
    child: [name, missing.kind, ...values].filter((word) => word !== undefined).join(', '),
    children: [...new Set(children.map(({ span }) => span.name))].slice(0, MAX_NAMES),
    ...(holder && { holder: holder.span.name }),
    ...(having.length > 0 && { others: { count: others.length, having: having.length } }),
  };
});
