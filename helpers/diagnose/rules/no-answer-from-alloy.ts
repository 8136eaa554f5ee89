import { createRule } from '../rule.ts';

/**
 * Alloy gives no answer: it has ended, or is not at this address.
 *
 * `Alloy gives no answer at http://127.0.0.1:12345; its log ends with: giving up: disk full`
 */
export const noAnswerFromAlloy = createRule('no answer from Alloy', ({ alloyAnswers, alloyLog, run }) => {
  if (alloyAnswers) return undefined;
  const last = alloyLog.at(-1);
  const url = run.alloy.url;
  if (last === undefined) return { url };
  const { component, message, error } = last;
  return { url, lastLog: { component, message: error === '' ? message : `${message}: ${error}` } };
});
