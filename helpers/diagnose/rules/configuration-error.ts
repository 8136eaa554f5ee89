import { createRule } from '../rule.ts';

/**
 * Alloy has ended because it can't evaluate its configuration.
 *
 * `Alloy did not start: grafana-alloy/config.alloy:3:15: expected block label`
 */
export const configurationError = createRule('configuration error', ({ alloyAnswers, alloyLog }) => {
  if (alloyAnswers) return undefined;
  const [, file, line, column, message] =
    alloyLog.map((entry) => /^(.+?):(\d+):(\d+): (.+)/.exec(entry.message)).find((match) => match !== null) ?? [];
  if (file === undefined || message === undefined) return undefined;
  return { file, line: Number(line), column: Number(column), message };
});
