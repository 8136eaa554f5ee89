import { createServiceRule, isOf } from '../service-rule.ts';
import { isLike, readShape } from '../span-shape.ts';

/**
 * A span that should have no error has one, and says why.
 *
 * `the span bot.events process of the bot service has failed: it has an unknown type`
 */
export const spanFails = createServiceRule('span fails', (service, { observation, trace = [] }) => {
  const lacks = readShape(observation?.condition)?.lacks;
  if (lacks?.status === undefined) return undefined;
  const found = trace.find((one) => isOf(service, one) && isLike(one, lacks));
  return found && { name: found.span.name, message: found.span.status?.message ?? '' };
});
