import type { RefusedQuestion } from '../../findings/finding.ts';
import { findTwin } from '../refused-login.ts';
import { createRule } from '../rule.ts';
import type { Symptoms } from '../symptoms.ts';

/**
 * Services of the backend refuse the login of the run's questions: those that refuse the same login have one cause.
 *
 * `Tempo (instance ID 1413606, 401) and Loki (instance ID 1419296, 401) refuse the run's questions about what arrived`
 */
export const questionsRefused = createRule('questions refused', (symptoms) => {
  const { refusedQuestions, run } = symptoms;
  if (refusedQuestions.length === 0) return undefined;
  const refused = refusedQuestions.map((question) => addFault(question, symptoms));
  return { refused, all: refused.length === Object.keys(run.access).length };
});

/** What is known to be wrong with the login of a question that was refused. */
function addFault(question: RefusedQuestion, { refusals, run }: Symptoms): RefusedQuestion {
  const { service, user } = question;
  const twin = findTwin(run, `GRAFANA_CLOUD_${service.toUpperCase()}_INSTANCE_ID`, user);
  const refusal = refusals.find((one) => one.service.toLowerCase() === service && (one.user ?? '') === user);
  return { ...question, ...(refusal && { reason: refusal.reason }), ...(twin !== undefined && { twin }) };
}
