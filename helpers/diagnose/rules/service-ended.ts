import { createServiceRule } from '../service-rule.ts';

/**
 * A service has ended, and its log says why: an invalid or missing setting, or an error that nothing has caught.
 *
 * `the bot service has ended: bot-service can't start: BASE_DATABASE_URL is not set: expected postgresql://…`
 */
export const serviceEnded = createServiceRule('service ended', ({ part, lastWords }, { unreachable }) => {
  if (lastWords === undefined || !unreachable.some((one) => one.part === part)) return undefined;
  return { lastWords };
});
