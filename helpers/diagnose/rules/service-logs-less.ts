import { createServiceRule, readVariable } from '../service-rule.ts';

/**
 * The service leaves out the lines that the criteria look for, which are of level info.
 *
 * `the API service logs nothing below the level error: LOG_LEVEL=error`
 */
export const serviceLogsLess = createServiceRule('service logs less', (service, { signals }) => {
  const set = readVariable(service, 'LOG_LEVEL');
  if (set?.value === undefined || !signals.includes('logs')) return undefined;
  return /^(?:warn|error|fatal|silent)$/i.test(set.value) ? { set } : undefined;
});
