import { findCloudProblems } from '../settings/cloud.ts';
import { run } from './run.ts';

/** The problems of this run's `GRAFANA_CLOUD_*` variables, one sentence each; empty if all are well-formed. */
export function listVariableProblems(): string[] {
  return findCloudProblems(run.variables, run.madeUpVariables);
}

/** How many variables there are, and how many of them the run made up. */
export function countVariables(): string {
  const { variables, madeUpVariables } = run;
  const all = `${Object.keys(variables).length} variables are set and well-formed`;
  return madeUpVariables.length === 0 ? all : `${all}; this run made up ${madeUpVariables.length} of them`;
}
