import { createRule } from '../rule.ts';

/**
 * Services of the backend refuse the login of the run's questions: those that refuse the same login have one cause.
 *
 * `Tempo (instance ID 1413606, 401) and Loki (instance ID 1419296, 401) refuse the run's questions about what arrived`
 */
export const questionsRefused = createRule('questions refused', ({ refusedQuestions, run }) => {
  if (refusedQuestions.length === 0) return undefined;
  return { refused: refusedQuestions, all: refusedQuestions.length === Object.keys(run.access).length };
});
