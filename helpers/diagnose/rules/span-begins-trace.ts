import type { FoundSpan } from '../../clients/tempo.ts';
import { createServiceRule, isOf } from '../service-rule.ts';
import { isLike, readShape, type SpanShape } from '../span-shape.ts';

/**
 * A span of the service that should be the child of another one begins a trace of its own: it was started as a root, or where no
 * span was active.
 *
 * `discord.command.list_games of the bot service begins a trace of its own (92ca…) instead of being a child of
 * discord.on_interaction`
 */
export const spanBeginsTrace = createServiceRule('span begins trace', (service, question) => {
  const { subject, observation, trace = [], recent = [] } = question;
  const shape = readShape(observation?.condition);
  if (subject?.kind !== 'trace' || shape === undefined) return undefined;
  const own = trace.filter((found) => isOf(service, found));
  for (const child of shape.children) {
    if (trace.some((found) => isLike(found, child))) continue;
    const root = recent.find((found) => isOf(service, found) && isRoot(found) && isLike(found, child));
    if (root !== undefined) return describe(root, own, shape);
  }
  // The parent that was asked for has left its trace itself.
  if (shape.name === undefined || own.length === 0 || trace.some((found) => isLike(found, shape))) return undefined;
  const root = recent.find((found) => isOf(service, found) && isRoot(found) && isLike(found, shape));
  return root === undefined || shape.root === true ? undefined : describe(root, own, {});
});

function isRoot({ span }: FoundSpan): boolean {
  return span.parentSpanId === '';
}

function describe({ span }: FoundSpan, own: readonly FoundSpan[], { name }: Pick<SpanShape, 'name'>) {
  const parent = own.find((found) => (name === undefined ? isRoot(found) : found.span.name === name)) ?? own[0];
  return { name: span.name, traceId: span.traceId, ...(parent && { parent: parent.span.name }) };
}
