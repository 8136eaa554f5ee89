import { adviseCorrection, describeProblem } from '../findings/cloud-problem-sentences.ts';
import type { CloudProblem } from '../run/cloud-problem.ts';
import {
  CLOUD_SERVICES,
  findForeignToken,
  findMalformed,
  findMissing,
  findSharedIds,
  findSlashes,
  findWrongHosts,
  findWrongPaths,
  nameId,
  type VariableProblem,
} from '../settings/cloud.ts';
import { isUnknownForm } from '../settings/token.ts';
import { run } from './run.ts';

/** What is wrong with this run's `GRAFANA_CLOUD_*` variables: the arguments of `toHaveNoProblems`. */
export type VariablesVerdict = {
  /** A sentence each; empty if all are well-formed. */
  readonly problems: readonly string[];
  readonly fix: string;
  /** What a service has answered about it, where that is the only problem. */
  readonly about?: CloudProblem;
};

/**
 * Judges the variables by themselves; of an ID that two services have, what they answered when the run began decides which of the
 * two is wrong, and whether any is: one gateway may take the same for all.
 */
export function judgeVariables(): VariablesVerdict {
  const { variables, madeUpVariables } = run;
  const wrong: readonly VariableProblem[] = [
    ...findMalformed(variables),
    ...findWrongPaths(variables),
    ...findWrongHosts(variables),
    ...findSlashes(variables),
    ...findForeignToken(variables),
  ];
  const missing: readonly VariableProblem[] = [...findMissing(madeUpVariables), ...listMisnamed()];
  const shared = findSharedIds(variables, madeUpVariables).map((problem) => ({
    problem,
    answers: explainShared(problem),
  }));
  const answered = shared.flatMap(({ answers }) => answers ?? []);
  const open = [
    ...wrong,
    ...shared.flatMap(({ problem, answers }) => (answers === undefined ? problem : [])),
    ...missing,
  ];
  const problems = [
    ...open.map(({ message }) => message),
    ...answered.map((problem) => describeProblem(problem).cause),
  ];
  const [about, ...others] = answered;
  if (about !== undefined && others.length === 0 && open.length === 0)
    return { problems, fix: describeProblem(about).fix, about };
  const homes = [...open, ...answered].map(({ variable }) => run.variableHomes?.[variable] ?? 'unset');
  return { problems, fix: adviseCorrection(homes) };
}

/** A name that nothing reads, where the one that is meant is missing: otherwise nobody has to read it. */
function listMisnamed(): VariableProblem[] {
  const { variables, madeUpVariables, misnamedVariables = [] } = run;
  return misnamedVariables
    .filter(({ near }) => near in variables && (variables[near] === '' || madeUpVariables.includes(near)))
    .map(({ name, near }) => ({
      variable: name,
      message: `${name} is set, and nothing reads it; ${near}, which is not set, is nearly called so`,
    }));
}

type IdProblem = Extract<CloudProblem, { readonly variable: string; readonly id: string }>;

/** What the services have answered about an ID that several of them have; undefined where they don't tell which is wrong. */
function explainShared({ variable }: VariableProblem): readonly IdProblem[] | undefined {
  const { variables, cloudState: { ways, problems } = { ways: [], problems: [] } } = run;
  const id = variables[variable] ?? '';
  const found = problems.filter(
    (problem): problem is IdProblem => 'id' in problem && problem.id === id && problem.variable in variables,
  );
  if (found.length > 0) return found;
  const sharers = CLOUD_SERVICES.filter((service) => variables[nameId(service)] === id);
  const areAllAccepted = sharers.every((sharer) =>
    ways.some(({ service, login }) => service === sharer && login === 'accepted'),
  );
  return areAllAccepted ? [] : undefined;
}

/** How many variables there are, and how many of them the run made up. */
export function countVariables(): string {
  const { variables, madeUpVariables } = run;
  const all = `${Object.keys(variables).length} variables are set and well-formed`;
  const made = madeUpVariables.length === 0 ? '' : `; this run made up ${madeUpVariables.length} of them`;
  const unknown = isUnknownForm(variables.GRAFANA_CLOUD_API_KEY ?? '')
    ? '; the token is of a form that is not known here, and whether it is whole only Grafana Cloud can say'
    : '';
  return `${all}${made}${unknown}`;
}
