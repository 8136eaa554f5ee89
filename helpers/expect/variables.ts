import { adviseCorrection } from '../findings/cloud-problem-sentences.ts';
import { findCloudProblems, findVariableProblems } from '../settings/cloud.ts';
import { run } from './run.ts';

/** The problems of this run's `GRAFANA_CLOUD_*` variables, one sentence each; empty if all are well-formed. */
export function listVariableProblems(): string[] {
  return findCloudProblems(run.variables, run.madeUpVariables);
}

/** Where the person corrects the variables that have a problem. */
export function adviseOnVariables(): string {
  const problems = findVariableProblems(run.variables, run.madeUpVariables);
  return adviseCorrection(problems.map(({ variable }) => run.variableHomes?.[variable] ?? 'unset'));
}

/** How many variables there are, and how many of them the run made up. */
export function countVariables(): string {
  const { variables, madeUpVariables } = run;
  const all = `${Object.keys(variables).length} variables are set and well-formed`;
  return madeUpVariables.length === 0 ? all : `${all}; this run made up ${madeUpVariables.length} of them`;
}
