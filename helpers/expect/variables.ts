import { findCloudProblems } from '../settings/cloud.ts';
import { run } from './run.ts';

/** The problems of this run's `GRAFANA_CLOUD_*` variables, one sentence each; empty if all are well-formed. */
export function listVariableProblems(): string[] {
  return findCloudProblems(run.variables);
}
