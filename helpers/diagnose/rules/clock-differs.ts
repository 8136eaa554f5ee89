import { getObservation } from '../observation.ts';
import { createRule } from '../rule.ts';

/**
 * The clock of this machine is wrong: data of a wrong time is not found where it is looked for.
 *
 * `the clock of this machine is 5 minutes behind that of Grafana Cloud`
 */
export const clockDiffers = createRule('clock differs', (symptoms) => {
  if (getObservation(symptoms)?.seen.kind === 'query failure') return undefined;
  const problem = symptoms.run.cloudState?.problems.find(({ kind }) => kind === 'clock');
  return problem?.kind === 'clock' ? { offset: problem.offset } : undefined;
});
