import { cloudProblems } from '../settings/cloud.ts';
import { run } from './run.ts';

/** What is wrong with the `GRAFANA_CLOUD_*` variables of this run, a sentence each; empty where all are well-formed. */
export function listVariableProblems(): string[] {
  return cloudProblems(run.variables);
}
