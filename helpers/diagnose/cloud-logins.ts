import type { Path, Subject } from '../findings/evidence.ts';
import type { CheckedWay, CloudProblem, CloudState } from '../run/cloud-problem.ts';
import type { Run } from '../run/run.ts';

/** What a question is about, as far as it decides how its telemetry is written. */
type Written = { readonly path: Path; readonly subject: Subject };

const SCOPES: Readonly<Partial<Record<Subject['kind'], string>>> = {
  trace: 'traces:write',
  traces: 'traces:write',
  logs: 'logs:write',
  'OTLP metric': 'metrics:write',
};

/** The ways by which Alloy writes what a question is about: one for remote write, and one for each signal over OTLP. */
export function listWriteWays({ ways }: CloudState, { path, subject }: Written): CheckedWay[] {
  const service = path === 'otlp' ? 'OTLP' : 'PROMETHEUS';
  const scope = path === 'otlp' ? SCOPES[subject.kind] : undefined;
  return ways.filter(
    (way) => way.does === 'write' && way.service === service && (scope === undefined || way.scope === scope),
  );
}

/** Whether Grafana Cloud has refused, when the run began, what Alloy writes with: an Alloy that the run started gets the same. */
export function isWriteRefused({ stack, cloudState }: Pick<Run, 'stack' | 'cloudState'>, written: Written): boolean {
  if (stack === 'external' || cloudState === undefined) return false;
  const ways = listWriteWays(cloudState, written);
  return ways.length > 0 && ways.every(({ login }) => login === 'refused');
}

/** The problem that makes Grafana Cloud refuse these ways, if the check has found one and they were refused then. */
export function explainRefusal(state: CloudState | undefined, ways: readonly CheckedWay[]): CloudProblem | undefined {
  const refused = ways.filter(({ login }) => login === 'refused');
  return state?.problems.find((problem) => refused.some((way) => explains(problem, way)));
}

function explains(problem: CloudProblem, { service, does, scope, tokenVariable }: CheckedWay): boolean {
  switch (problem.kind) {
    case "another service's ID":
    case 'ID in another variable':
    case "not the stack's ID":
    case 'refused ID':
    case 'another endpoint':
    case 'wrong region':
      return problem.variable.startsWith(`GRAFANA_CLOUD_${service}_`);
    case 'variable':
      return problem.variable.startsWith(`GRAFANA_CLOUD_${service}_`) || problem.variable === tokenVariable;
    case 'unset':
      return problem.variables.some(
        (variable) => variable.startsWith(`GRAFANA_CLOUD_${service}_`) || variable === tokenVariable,
      );
    case 'wrong address':
    case 'refused address':
      return (
        problem.variable.startsWith(`GRAFANA_CLOUD_${service}_`) &&
        problem.variable.endsWith('_QUERY_URL') === (does === 'read')
      );
    case 'swapped':
      return problem.variables.some((variable) => variable.startsWith(`GRAFANA_CLOUD_${service}_`));
    case 'missing scope':
    case 'unexplained 403':
      return problem.variable === tokenVariable && problem.scopes.includes(scope);
    case 'wrong token':
    case 'invalid token':
    case 'no query':
    case 'wrong kind of token':
    case 'token of another region':
    case 'wrong token or endpoints':
    case "wrong token or another stack's IDs":
      return problem.variable === tokenVariable;
    case "another stack's IDs":
    case 'inactive stack':
      return true;
    case 'clock':
      return problem.isRefused === true;
    default:
      return false;
  }
}
