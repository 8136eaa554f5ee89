import { SIGNALS } from '../../flow/flow.ts';
import { createServiceRule, listLacking } from '../service-rule.ts';

/**
 * What the service sends of a signal has the name that an SDK gives where it is told none: the provider of that signal has not got
 * the resource of the others; or none has.
 *
 * `the metrics of the API service have service.name unknown_service:node: the provider of that signal has no resource`
 */
export const telemetryWithoutResource = createServiceRule('telemetry without resource', (_, question) => {
  const { unnamed } = question;
  const signal = listLacking(question).find((one) => unnamed?.[one] !== undefined);
  const name = signal === undefined ? undefined : unnamed?.[signal];
  if (signal === undefined || name === undefined) return undefined;
  const isAll = SIGNALS.every((one) => unnamed?.[one] !== undefined);
  return { signal, name, ...(isAll && { isAll }) };
});
