import { createServiceRule } from '../service-rule.ts';

/**
 * The lines that a criterion looks at have arrived, and none of them has the level error.
 *
 * `the API service logs the error with the level info`
 */
export const logLevelDiffers = createServiceRule('log level differs', (_, { subject, observation }) => {
  if (subject?.kind !== 'logs' || observation?.condition.kind !== 'stated' || observation.seen.kind !== 'answer')
    return undefined;
  const levels = [...observation.seen.json.matchAll(/"(?:detected_level|severity_text)":"(\w+)"/g)].map(
    ([, level = '']) => level.toLowerCase(),
  );
  const found = [...new Set(levels)];
  return found.length === 0 || found.some((level) => /err|fatal|critical/.test(level)) ? undefined : { levels: found };
});
